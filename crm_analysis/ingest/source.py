"""A source that was opened: its files, its raw table and how its headers are mapped."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import ibis.expr.types as ir

from crm_analysis.config import SourceSettings
from crm_analysis.contract import TableSpec
from crm_analysis.ingest.sniff import Kind

__all__ = ["Source", "SourceFile"]


@dataclass(frozen=True)
class SourceFile:
    """One file of a source.

    Attributes
    ----------
    path, label
        Where it is, and the name that rows carry in ``source_file``.
    sha256
        Fingerprint of its bytes.
    kind
        ``text``, ``excel``, ``html``, ``json`` or ``parquet``; what a database gave is ``parquet``.
    encoding, delimiter
        Of text, else None.
    header_row
        Row of the header, 1 for the first; None for Parquet.
    """

    path: Path
    label: str
    sha256: str
    kind: Kind
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None


@dataclass(frozen=True)
class Source:
    """A source that was opened and mapped, nothing of it parsed yet.

    Attributes
    ----------
    table, settings
        What it is to become, and the settings it was opened with.
    files
        What was read.
    raw
        One row per row of the files: the original headers, ``_source_file``, and for all but Parquet
        ``_beyond_header``. Text, except for Parquet.
    mapping
        Contract column to header.
    unmapped
        Headers that became no column.
    samples
        Header to values from the head of the first file that has it.
    instants, nanoseconds
        Parquet columns that hold instants in time, or nanoseconds that Spark reads as whole numbers.
    notes
        Sentences to show: guesses and what was left out.
    scratch
        Folder for what staging writes.
    identifiers
        Headers that tell who the customer is where there is no number: ``customer_email`` and the like.
    share
        Which share of the source was read; less than 1 for a sample, None where its size is not known.
    """

    table: TableSpec
    settings: SourceSettings
    files: list[SourceFile]
    raw: ir.Table
    mapping: dict[str, str]
    unmapped: list[str]
    samples: dict[str, list[str]]
    scratch: Path
    instants: frozenset[str] = frozenset()
    nanoseconds: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)
    identifiers: dict[str, str] = field(default_factory=dict)
    share: float | None = 1.0

    @property
    def name(self) -> str:
        """The source in messages: its file, or the first of several."""
        return self.files[0].path.name

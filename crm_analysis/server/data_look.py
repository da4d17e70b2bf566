"""A first look at a file of order lines, and what ``check`` says of a file of settings."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from crm_analysis.config import SourceSettings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.ingest import Sample, open_source, suggest_mapping
from crm_analysis.ingest.mapping import missing_columns
from crm_analysis.warehouse import open_engine

__all__ = ["check", "look_at", "still_missing"]

_WIDTH = "1000"


def look_at(file: Path) -> dict[str, Any]:
    """How the columns of a file of order lines would be read; of a large file a sample is read.

    Parameters
    ----------
    file
        CSV, Excel or Parquet.

    Returns
    -------
    dict
        ``columns``: list of ``header``, ``examples`` (up to five, masked where they look personal), ``column`` (of the
        contract, or None), ``certainty`` (set, name, values, none); ``known``: names of all columns of the contract;
        ``missing``: names of those that are needed and not found; ``identified``: further columns of the contract that
        tell who the customer is; ``notes``: sentences.

    Raises
    ------
    IngestError
        The file cannot be read.
    """
    table = SOURCE_TABLES["order_lines"]
    engine = open_engine("duckdb")
    try:
        with tempfile.TemporaryDirectory() as scratch:
            source = open_source(
                table,
                SourceSettings(path=file.name),
                engine,
                root=file.parent,
                scratch=Path(scratch),
                sample=Sample(),
                refuse=False,
            )
            suggestions = suggest_mapping(table, source.samples, {}, file=source.name)
    finally:
        engine.close()
    found = [s.column for s in suggestions if s.column]
    return {
        "columns": [
            {"header": s.header, "examples": list(s.examples), "column": s.column, "certainty": s.certainty}
            for s in suggestions
        ],
        "known": [column.name for column in table.columns],
        "missing": still_missing([*found, *source.identifiers]),
        "identified": sorted(source.identifiers),
        "notes": list(source.notes),
    }


def still_missing(columns: Iterable[str]) -> list[str]:
    """Columns of the contract that order lines need beside those named."""
    return missing_columns(SOURCE_TABLES["order_lines"], dict.fromkeys(columns, ""))


def check(settings: Path, lang: str, command: Sequence[str]) -> dict[str, Any]:
    """What ``crm-analysis check`` says.

    Returns
    -------
    dict
        ``ok``; ``text``: what it printed: sentences, and tables whose lines begin with a space; ``message``: why a
        build would be refused, or empty.
    """
    done = subprocess.run(
        [*command, "check", str(settings), "--lang", lang],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": _WIDTH, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    said = done.stderr.strip().splitlines()
    return {"ok": done.returncode == 0, "text": done.stdout, "message": said[-1] if done.returncode and said else ""}

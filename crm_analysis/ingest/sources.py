"""A source of crm.toml as one raw table of the engine, with its headers mapped to the contract.

Files are read by the engine. Python looks at their heads, and passes over their bytes once for the
fingerprint and the encoding; only what an engine cannot read as it stands (other encodings, notes above the
header, workbooks) is rewritten into a scratch folder, in pieces.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import ibis
import ibis.expr.types as ir

from crm_analysis.config import SourceSettings
from crm_analysis.contract import TableSpec
from crm_analysis.errors import IngestError
from crm_analysis.ingest.databases import extract_rows
from crm_analysis.ingest.encoding import TextScan, scan_text, transcode
from crm_analysis.ingest.files import file_labels, resolve_files
from crm_analysis.ingest.grids import GridLayout, Row, excel_rows, html_rows, sniff_grid, write_grid
from crm_analysis.ingest.header import normalise_header
from crm_analysis.ingest.json_lines import json_rows
from crm_analysis.ingest.mapping import known_headers, map_columns, missing_columns, refuse_missing
from crm_analysis.ingest.parquet import open_parquet
from crm_analysis.ingest.presets import preset_headers, preset_of, with_preset
from crm_analysis.ingest.sampling import Sample, sample_files
from crm_analysis.ingest.sniff import Kind, TextLayout, sniff_kind, sniff_text
from crm_analysis.messages import _
from crm_analysis.warehouse import Engine
from crm_analysis.warehouse.engine import EXTRA_COLUMN, SOURCE_COLUMN

__all__ = ["Source", "SourceFile", "open_source"]


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


@dataclass(frozen=True)
class _Sheet:
    """A text file or a grid with its layout, before it is read."""

    path: Path
    label: str
    kind: Kind
    layout: TextLayout | GridLayout
    headers: tuple[str, ...]

    @property
    def header_row(self) -> int:
        return self.layout.header_line if isinstance(self.layout, TextLayout) else self.layout.header_row


def open_source(
    table: TableSpec,
    source: SourceSettings,
    engine: Engine,
    *,
    root: Path,
    scratch: Path,
    sample: Sample | None = None,
    refuse: bool = True,
) -> Source:
    """Open the files of a source and map their columns.

    Parameters
    ----------
    table
        The table of the contract that it becomes.
    source
        ``[sources.TABLE]``: its ``path``, or a database.
    engine
        Reads the files.
    root
        Folder of crm.toml.
    scratch
        Folder for rewritten files, to be kept as long as the tables are used.
    sample
        What to read at most, for a first look; None reads everything.
    refuse
        Whether a source without its required columns is refused.

    Returns
    -------
    Source

    Raises
    ------
    IngestError
        A file that is missing, empty, locked, damaged or undecodable, a wrong delimiter, or columns that are
        not there.
    """
    if source.sql is not None or source.url_env is not None:
        limit = sample.rows if sample else None
        extract = extract_rows(source, table.name, root, scratch / "sql", limit=limit)
        found = _parquet_source(table, source, engine, [extract.file], [extract.label], scratch, extract.sha256, refuse)
        return replace(found, share=None if limit is not None and extract.rows >= limit else 1.0)
    if source.path is None:
        raise IngestError(_("[sources.{table}] of crm.toml has no path.", table=table.name))
    files = resolve_files(source.path, root)
    labels = file_labels(files, root)
    kinds = [sniff_kind(file, source.password_env) for file in files]
    files, share = sample_files(files, kinds, sample, scratch / "sample") if sample else (files, 1.0)
    if "parquet" in kinds:
        if set(kinds) != {"parquet"}:
            other = next(file for file, kind in zip(files, kinds, strict=True) if kind != "parquet")
            raise IngestError(
                _(
                    "{file} is no Parquet file, but others of the source are. Give each kind its own path.",
                    file=other.name,
                )
            )
        return replace(_parquet_source(table, source, engine, files, labels, scratch, None, refuse), share=share)
    found = _text_source(table, source, engine, list(zip(files, labels, kinds, strict=True)), scratch, sample, refuse)
    return found if found.share is None else replace(found, share=share)


def _parquet_source(
    table: TableSpec,
    source: SourceSettings,
    engine: Engine,
    files: list[Path],
    labels: list[str],
    scratch: Path,
    sha256: str | None,
    refuse: bool,
) -> Source:
    opened = open_parquet(engine, files, labels)
    headers = list(opened.samples)
    source, notes = _fitted(table, source, headers, files[0].name)
    mapping = map_columns(table, headers, source.columns, file=files[0].name)
    if refuse:
        refuse_missing(table, mapping, opened.samples, file=files[0].name)
    listed = [
        SourceFile(file, label, sha256 or _fingerprint(file), "parquet")
        for file, label in zip(files, labels, strict=True)
    ]
    unmapped = [header for header in headers if header not in mapping.values()]
    ours, identifiers = _split(table, mapping)
    return Source(
        table,
        source,
        listed,
        opened.rows,
        ours,
        unmapped,
        opened.samples,
        scratch,
        opened.instants,
        opened.nanoseconds,
        notes,
        identifiers,
    )


def _fitted(
    table: TableSpec, source: SourceSettings, headers: Sequence[str], file: str
) -> tuple[SourceSettings, list[str]]:
    """The settings with what a preset adds."""
    preset = preset_of(source, table)
    return (source, []) if preset is None else with_preset(source, preset, headers, file=file)


def _split(table: TableSpec, mapping: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Columns of the table, and those that only tell who the customer is."""
    ours = {name: header for name, header in mapping.items() if name in table}
    return ours, {name: header for name, header in mapping.items() if name not in table}


def _text_source(
    table: TableSpec,
    source: SourceSettings,
    engine: Engine,
    found: list[tuple[Path, str, Kind]],
    scratch: Path,
    sample: Sample | None,
    refuse: bool,
) -> Source:
    known = known_headers(table, source.columns) | preset_headers(preset_of(source, table))
    notes: list[str] = []
    sheets = _sheets(found, source, known, {}, notes)
    headers = dict.fromkeys(header for sheet in sheets for header in sheet.headers)
    source, more = _fitted(table, source, list(headers), sheets[0].path.name)
    notes += more
    mapping, samples = _mapped(table, source, sheets, refuse)
    scans = {
        s.path: scan_text(s.path, s.layout.encoding, chosen=source.encoding is not None)
        for s in sheets
        if isinstance(s.layout, TextLayout)
    }
    if any(isinstance(s.layout, TextLayout) and scans[s.path].encoding != s.layout.encoding for s in sheets):
        proved = {path: scan.encoding for path, scan in scans.items()}
        sheets = _sheets(found, source, known, proved, [])
        mapping, samples = _mapped(table, source, sheets, refuse)
    notes += [
        _("{file}: the encoding is not known; it was read as Latin-1, so letters may be wrong.", file=path.name)
        for path, scan in scans.items()
        if scan.guessed
    ]
    grids, cut = _read_grids(sheets, source, engine, scratch, sample.grid_rows if sample else None)
    raw = _union([*_read_texts(sheets, scans, engine, scratch), *grids])
    listed = [_described(sheet, scans.get(sheet.path)) for sheet in sheets]
    unmapped = [header for header in samples if header not in mapping.values()]
    ours, identifiers = _split(table, mapping)
    found_all = None if cut else 1.0
    return Source(
        table,
        source,
        listed,
        raw,
        ours,
        unmapped,
        samples,
        scratch,
        notes=notes,
        identifiers=identifiers,
        share=found_all,
    )


def _sheets(
    found: Iterable[tuple[Path, str, Kind]],
    source: SourceSettings,
    known: frozenset[str],
    encodings: dict[Path, str],
    notes: list[str],
) -> list[_Sheet]:
    """Layouts of all files; headers that differ by case or signs only take the name the first file has."""
    names: dict[str, str] = {}
    sheets = []
    empty: list[Path] = []
    for path, label, kind in found:
        layout: TextLayout | GridLayout
        if kind == "text":
            layout = sniff_text(path, source, known, encoding=encodings.get(path))
        else:
            layout = sniff_grid(path, _grid_rows(path, kind, source), source, known)
        if not layout.sample:
            empty.append(path)
            continue
        own = {normalise_header(header): header for header in layout.headers}
        shared = {header: names.setdefault(norm, header) for norm, header in own.items() if norm}
        headers = tuple(shared.get(header, header) for header in layout.headers)
        sheets.append(_Sheet(path, label, kind, layout, headers))
    if not sheets:
        raise IngestError(
            _(
                "{file} is empty below its header row. Export it again, or correct the path in crm.toml.",
                file=empty[0].name,
            )
        )
    notes += [_("{file} has no rows below its header and was left out.", file=path.name) for path in empty]
    return sheets


def _grid_rows(path: Path, kind: Kind, source: SourceSettings) -> Iterator[Row]:
    if kind == "json":
        return json_rows(path)
    return excel_rows(path, source.sheet, source.password_env) if kind == "excel" else html_rows(path, source.encoding)


def _mapped(
    table: TableSpec, source: SourceSettings, sheets: Sequence[_Sheet], refuse: bool
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Map the headers of all files together, and refuse a file that lacks what it needs."""
    samples: dict[str, list[str]] = {}
    for sheet in sheets:
        for position, header in enumerate(sheet.headers):
            if header not in samples:
                samples[header] = [row[position] for row in sheet.layout.sample if position < len(row)]
    mapping = map_columns(table, list(samples), source.columns, file=sheets[0].path.name)
    if not refuse:
        return mapping, samples
    refuse_missing(table, mapping, samples, file=sheets[0].path.name)
    for sheet in sheets[1:]:
        own = {name: header for name, header in mapping.items() if header in sheet.headers}
        if missing_columns(table, own):
            refuse_missing(table, own, {h: samples[h] for h in sheet.headers}, file=sheet.path.name)
    return mapping, samples


def _read_texts(sheets: Sequence[_Sheet], scans: dict[Path, TextScan], engine: Engine, scratch: Path) -> list[ir.Table]:
    groups: dict[tuple[tuple[str, ...], str], list[tuple[Path, str, bool]]] = {}
    for number, sheet in enumerate(sheets):
        if not isinstance(sheet.layout, TextLayout):
            continue
        scan = scans[sheet.path]
        ready = sheet.path
        plain = scan.encoding in ("utf-8", "utf-8-sig", "ascii") and not scan.carriage_returns
        if not plain or sheet.layout.header_line > 1 or re.search(r"[*?\[\]{}%\\:]", ready.as_posix()[2:]):
            ready = scratch / "text" / f"{number:05d}.csv"
            transcode(sheet.path, ready, scan.encoding, skip_lines=sheet.layout.header_line - 1)
        group = groups.setdefault((sheet.headers, sheet.layout.delimiter), [])
        group.append((ready, sheet.label, scan.quoted_newlines))
    return [
        engine.read_text(
            [path for path, _label, _quoted in group],
            delimiter=delimiter,
            headers=headers,
            labels=[label for _path, label, _quoted in group],
            quoted_newlines=any(quoted for _path, _label, quoted in group),
        )
        for (headers, delimiter), group in groups.items()
    ]


def _read_grids(
    sheets: Sequence[_Sheet], source: SourceSettings, engine: Engine, scratch: Path, limit: int | None
) -> tuple[list[ir.Table], bool]:
    """The tables of workbooks and pages, and whether one was cut at the limit of rows."""
    written = []
    cut = False
    for number, sheet in enumerate(sheets):
        if not isinstance(sheet.layout, GridLayout):
            continue
        target = scratch / "grid" / f"{number:05d}.parquet"
        layout = GridLayout(sheet.layout.header_row, sheet.headers, ())
        rows = _grid_rows(sheet.path, sheet.kind, source)
        read = write_grid(rows, layout, target, {EXTRA_COLUMN: None, SOURCE_COLUMN: sheet.label}, limit=limit)
        cut = cut or read == limit
        written.append(target)
    return ([engine.read_parquet(written)] if written else []), cut


def _union(tables: Sequence[ir.Table]) -> ir.Table:
    names = list(dict.fromkeys(name for table in tables for name in table.columns))
    aligned = [
        table.select(**{n: table[n] if n in table.columns else ibis.null("string") for n in names}) for table in tables
    ]
    while len(aligned) > 1:
        pairs = [aligned[i : i + 2] for i in range(0, len(aligned), 2)]
        aligned = [ibis.union(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return aligned[0]


def _described(sheet: _Sheet, scan: TextScan | None) -> SourceFile:
    if isinstance(sheet.layout, TextLayout) and scan is not None:
        return SourceFile(
            sheet.path, sheet.label, scan.sha256, sheet.kind, scan.encoding, sheet.layout.delimiter, sheet.header_row
        )
    return SourceFile(sheet.path, sheet.label, _fingerprint(sheet.path), sheet.kind, header_row=sheet.header_row)


def _fingerprint(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

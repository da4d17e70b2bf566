"""Text files, workbooks and pages of a source: laid out, mapped together, and read as one raw table of text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir

from crm_analysis.config import SourceSettings
from crm_analysis.contract import TableSpec
from crm_analysis.errors import EmptySourceError
from crm_analysis.ingest.encoding import TextScan, transcode
from crm_analysis.ingest.grids import GridLayout, Row, excel_rows, html_rows, sniff_grid, write_grid
from crm_analysis.ingest.header import normalise_header
from crm_analysis.ingest.json_lines import json_rows
from crm_analysis.ingest.mapping import map_columns, missing_columns, refuse_missing
from crm_analysis.ingest.sniff import Kind, TextLayout, sniff_text
from crm_analysis.ingest.source import SourceFile
from crm_analysis.messages import _
from crm_analysis.warehouse import Engine
from crm_analysis.warehouse.engine import EXTRA_COLUMN, SOURCE_COLUMN

__all__ = [
    "Sheet",
    "described",
    "fingerprint",
    "lay_out_sheets",
    "mapped_headers",
    "read_grids",
    "read_texts",
    "united",
]


@dataclass(frozen=True)
class Sheet:
    """A text file or a grid with its layout, before it is read."""

    path: Path
    label: str
    kind: Kind
    layout: TextLayout | GridLayout
    headers: tuple[str, ...]

    @property
    def header_row(self) -> int:
        """Row of the header, 1 for the first."""
        return self.layout.header_line if isinstance(self.layout, TextLayout) else self.layout.header_row


def lay_out_sheets(
    found: Iterable[tuple[Path, str, Kind]],
    source: SourceSettings,
    known: frozenset[str],
    encodings: dict[Path, str],
    notes: list[str],
) -> list[Sheet]:
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
        sheets.append(Sheet(path, label, kind, layout, headers))
    if not sheets:
        raise EmptySourceError(
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


def mapped_headers(
    table: TableSpec, source: SourceSettings, sheets: Sequence[Sheet], refuse: bool
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


def read_texts(sheets: Sequence[Sheet], scans: dict[Path, TextScan], engine: Engine, scratch: Path) -> list[ir.Table]:
    """The text files as tables of the engine, one for each set of headers; what it cannot read is rewritten."""
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


def read_grids(
    sheets: Sequence[Sheet], source: SourceSettings, engine: Engine, scratch: Path, limit: int | None
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


def united(tables: Sequence[ir.Table]) -> ir.Table:
    """Tables of text below each other, columns by name."""
    names = list(dict.fromkeys(name for table in tables for name in table.columns))
    aligned = [
        table.select(**{n: table[n] if n in table.columns else ibis.null("string") for n in names}) for table in tables
    ]
    while len(aligned) > 1:
        pairs = [aligned[i : i + 2] for i in range(0, len(aligned), 2)]
        aligned = [ibis.union(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return aligned[0]


def described(sheet: Sheet, scan: TextScan | None) -> SourceFile:
    """What is said about a file that was read."""
    if isinstance(sheet.layout, TextLayout) and scan is not None:
        return SourceFile(
            sheet.path, sheet.label, scan.sha256, sheet.kind, scan.encoding, sheet.layout.delimiter, sheet.header_row
        )
    return SourceFile(sheet.path, sheet.label, fingerprint(sheet.path), sheet.kind, header_row=sheet.header_row)


def fingerprint(file: Path) -> str:
    """The digest of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

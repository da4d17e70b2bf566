"""A source of crm.toml as one raw table of the engine, with its headers mapped to the contract.

Files are read by the engine. Python looks at their heads, and passes over their bytes once for the
fingerprint and the encoding; only what an engine cannot read as it stands (other encodings, notes above the
header, workbooks) is rewritten into a scratch folder, in pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crm_analysis.config import SourceSettings
from crm_analysis.contract import TableSpec
from crm_analysis.errors import IngestError
from crm_analysis.ingest.databases import extract_rows
from crm_analysis.ingest.encoding import scan_text
from crm_analysis.ingest.files import file_labels, resolve_files
from crm_analysis.ingest.mapping import known_headers, map_columns, refuse_missing
from crm_analysis.ingest.parquet import open_parquet
from crm_analysis.ingest.presets import preset_headers, preset_of, with_preset
from crm_analysis.ingest.sampling import Sample, sample_files
from crm_analysis.ingest.sheets import (
    described,
    fingerprint,
    lay_out_sheets,
    mapped_headers,
    read_grids,
    read_texts,
    united,
)
from crm_analysis.ingest.sniff import Kind, TextLayout, sniff_kind
from crm_analysis.ingest.source import Source, SourceFile
from crm_analysis.messages import _
from crm_analysis.warehouse import Engine

__all__ = ["open_source"]


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
        SourceFile(file, label, sha256 or fingerprint(file), "parquet")
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
    sheets = lay_out_sheets(found, source, known, {}, notes)
    headers = dict.fromkeys(header for sheet in sheets for header in sheet.headers)
    source, more = _fitted(table, source, list(headers), sheets[0].path.name)
    notes += more
    mapping, samples = mapped_headers(table, source, sheets, refuse)
    scans = {
        s.path: scan_text(s.path, s.layout.encoding, chosen=source.encoding is not None)
        for s in sheets
        if isinstance(s.layout, TextLayout)
    }
    if any(isinstance(s.layout, TextLayout) and scans[s.path].encoding != s.layout.encoding for s in sheets):
        proved = {path: scan.encoding for path, scan in scans.items()}
        sheets = lay_out_sheets(found, source, known, proved, [])
        mapping, samples = mapped_headers(table, source, sheets, refuse)
    notes += [
        _("{file}: the encoding is not known; it was read as Latin-1, so letters may be wrong.", file=path.name)
        for path, scan in scans.items()
        if scan.guessed
    ]
    grids, cut = read_grids(sheets, source, engine, scratch, sample.grid_rows if sample else None)
    raw = united([*read_texts(sheets, scans, engine, scratch), *grids])
    listed = [described(sheet, scans.get(sheet.path)) for sheet in sheets]
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

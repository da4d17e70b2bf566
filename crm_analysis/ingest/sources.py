"""A source of crm.toml as one raw table of the engine, with its headers mapped to the contract.

Files are read by the engine. Python looks at their heads, and passes over their bytes once for the
fingerprint and the encoding; only what an engine cannot read as it stands (other encodings, notes above the
header, workbooks) is rewritten into a scratch folder, in pieces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crm_analysis.config import SourceSettings
from crm_analysis.contract import TableSpec
from crm_analysis.errors import IngestError
from crm_analysis.ingest.databases import extract_rows
from crm_analysis.ingest.encoding import scan_text
from crm_analysis.ingest.files import file_labels, resolve_files
from crm_analysis.ingest.header import normalise_header
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


@dataclass(frozen=True)
class _How:
    """How a source is read: columns that only other files of it may have, a sample, and whether it may be refused."""

    seen: Collection[str]
    sample: Sample | None
    refuse: bool

    def lenient(self, source: SourceSettings, headers: Iterable[str]) -> SourceSettings:
        """The settings without columns that crm.toml names and only other files of the source have."""
        here = {normalise_header(header) for header in headers}
        columns = {
            name: header
            for name, header in source.columns.items()
            if name not in self.seen or normalise_header(header) in here
        }
        return source if columns == source.columns else source.model_copy(update={"columns": columns})


def open_source(
    table: TableSpec,
    source: SourceSettings,
    engine: Engine,
    *,
    root: Path,
    scratch: Path,
    files: Sequence[tuple[Path, str]] | None = None,
    seen: Collection[str] = (),
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
    files
        Some of the source's files with their labels, to open these alone; None opens all of ``path``, or asks the
        database.
    seen
        Columns of the contract that other files of the source had: if crm.toml names a header for one of them,
        these files may lack it.
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
    how = _How(seen, sample, refuse)
    if files is None and source.is_database:
        limit = sample.rows if sample else None
        extract = extract_rows(source, table.name, root, scratch / "sql", limit=limit)
        found = _parquet_source(table, source, engine, [(extract.file, extract.label)], scratch, how, extract.sha256)
        return replace(found, share=None if limit is not None and extract.rows >= limit else 1.0)
    if files is None:
        if source.path is None:
            raise IngestError(_("[sources.{table}] of crm.toml has no path.", table=table.name))
        resolved = resolve_files(source.path, root)
        files = list(zip(resolved, file_labels(resolved, root), strict=True))
    paths, labels = [path for path, _label in files], [label for _path, label in files]
    kinds = [sniff_kind(file, source.password_env) for file in paths]
    paths, share = sample_files(paths, kinds, sample, scratch / "sample") if sample else (paths, 1.0)
    if "parquet" in kinds:
        if set(kinds) != {"parquet"}:
            other = next(file for file, kind in zip(paths, kinds, strict=True) if kind != "parquet")
            raise IngestError(
                _(
                    "{file} is no Parquet file, but others of the source are. Give each kind its own path.",
                    file=other.name,
                )
            )
        found = _parquet_source(table, source, engine, list(zip(paths, labels, strict=True)), scratch, how)
        return replace(found, share=share)
    found = _text_source(table, source, engine, list(zip(paths, labels, kinds, strict=True)), scratch, how)
    return found if found.share is None else replace(found, share=share)


def _parquet_source(
    table: TableSpec,
    source: SourceSettings,
    engine: Engine,
    found: Sequence[tuple[Path, str]],
    scratch: Path,
    how: _How,
    sha256: str | None = None,
) -> Source:
    files, labels = [file for file, _label in found], [label for _file, label in found]
    opened = open_parquet(engine, files, labels)
    headers = list(opened.samples)
    source, notes = _fitted(table, how.lenient(source, headers), headers, files[0].name)
    mapping = map_columns(table, headers, source.columns, file=files[0].name)
    if how.refuse:
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
    how: _How,
) -> Source:
    known = known_headers(table, source.columns) | preset_headers(preset_of(source, table))
    notes: list[str] = []
    sheets = lay_out_sheets(found, source, known, {}, notes)
    headers = dict.fromkeys(header for sheet in sheets for header in sheet.headers)
    source, more = _fitted(table, how.lenient(source, headers), list(headers), sheets[0].path.name)
    notes += more
    mapping, samples = mapped_headers(table, source, sheets, how.refuse)
    scans = {
        s.path: scan_text(s.path, s.layout.encoding, chosen=source.encoding is not None)
        for s in sheets
        if isinstance(s.layout, TextLayout)
    }
    if any(isinstance(s.layout, TextLayout) and scans[s.path].encoding != s.layout.encoding for s in sheets):
        proved = {path: scan.encoding for path, scan in scans.items()}
        sheets = lay_out_sheets(found, source, known, proved, [])
        mapping, samples = mapped_headers(table, source, sheets, how.refuse)
    notes += [
        _("{file}: the encoding is not known; it was read as Latin-1, so letters may be wrong.", file=path.name)
        for path, scan in scans.items()
        if scan.guessed
    ]
    grids, cut = read_grids(sheets, source, engine, scratch, how.sample.grid_rows if how.sample else None)
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

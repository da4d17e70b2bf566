"""A preset of a shop, fitted to the headers that a file really has."""

from __future__ import annotations

from collections.abc import Sequence

from crm_analysis.config import SourceSettings
from crm_analysis.contract import TableSpec
from crm_analysis.errors import ConfigError
from crm_analysis.ingest.header import normalise_header
from crm_analysis.ingest.shops import PRESETS, Preset
from crm_analysis.messages import _

__all__ = ["detect_preset", "preset_headers", "preset_lines", "preset_of", "with_preset"]

_ENOUGH = 0.75


def preset_of(source: SourceSettings, table: TableSpec) -> Preset | None:
    """The preset that a source names.

    Raises
    ------
    ConfigError
        A name that is not known, or a table other than order_lines.
    """
    if source.preset is None:
        return None
    if table.name != "order_lines" or source.preset not in PRESETS:
        raise ConfigError(
            _(
                'crm.toml: preset = "{name}" of [sources.{table}] is not known. Presets of order_lines: {known}.',
                name=source.preset,
                table=table.name,
                known=", ".join(PRESETS),
            )
        )
    return PRESETS[source.preset]


def preset_headers(preset: Preset | None) -> frozenset[str]:
    """All headers of a preset, normalised, to find the header row by."""
    if preset is None:
        return frozenset()
    return frozenset(normalise_header(header) for headers in preset.columns.values() for header in headers)


def detect_preset(headers: Sequence[str]) -> str | None:
    """The preset whose signs most of the headers show; None where no one fits."""
    own = {_plain(header) for header in headers}
    shares = {name: sum(_plain(s) in own for s in p.signs) / len(p.signs) for name, p in PRESETS.items()}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _ENOUGH else None


def preset_lines(name: str) -> list[str]:
    """The title of a preset, and what to write into crm.toml to use it."""
    preset = PRESETS[name]
    lines = [preset.title, "[sources.order_lines]", f'preset = "{name}"']
    if preset.cleaning:
        lines.append("[cleaning]")
    return lines + [f"{key} = {_toml(value)}" for key, value in preset.cleaning.items()]


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def with_preset(
    source: SourceSettings, preset: Preset, headers: Sequence[str], *, file: str
) -> tuple[SourceSettings, list[str]]:
    """Settings of a source with what its preset adds; what the source sets itself stays.

    Parameters
    ----------
    source, preset
        Of the table.
    headers
        Of the file.
    file
        Name for messages.

    Returns
    -------
    tuple
        The settings; and a sentence on columns that the file lacks, with where to switch them on.
    """
    columns = dict(source.columns)
    missing: dict[str, str] = {}
    for column, names in preset.columns.items():
        if column in columns:
            continue
        found = _found(headers, names)
        if found is None:
            missing[column] = names[0]
        elif found not in columns.values():
            columns[column] = found
    update: dict[str, object] = {"columns": columns}
    if source.order_level is None and preset.order_level:
        update["order_level"] = tuple(name for name in preset.order_level if name in columns)
    if "discount_taken_off" not in source.model_fields_set:
        update["discount_taken_off"] = preset.discount_taken_off
    notes = [_lacking(preset, missing, file)] if missing else []
    return source.model_copy(update=update), notes


def _plain(header: str) -> str:
    return "".join(header.split()).lower()


def _found(headers: Sequence[str], names: Sequence[str]) -> str | None:
    """The header that is one of the names: as written first, then without signs and suffixes."""
    for compare in (_plain, normalise_header):
        for name in names:
            for header in headers:
                if compare(header) == compare(name):
                    return header
    return None


def _lacking(preset: Preset, missing: dict[str, str], file: str) -> str:
    return _(
        "{file}: of the export of {shop} these columns are missing: {columns}. Where to switch them on: {where}.",
        file=file,
        shop=preset.title,
        columns=", ".join(f"'{header}' ({column})" for column, header in missing.items()),
        where=preset.where(),
    )

"""``template``: a filled-in example of a table."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from crm_analysis.config import load_settings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.ingest.templates import write_template
from crm_analysis.messages import _, current_language, language

__all__ = ["template"]


def template(table: str, target: Path | None, lang: str | None) -> None:
    """Write the example of a table, in the language of the workspace unless another is asked for."""
    console = Console(highlight=False, markup=False)
    settings = Path("crm.toml")
    own = load_settings(settings).lang if lang is None and settings.is_file() else lang or current_language()
    with language(own):
        file = target if target is not None else Path(f"{table}.xlsx")
        write_template(table, file)
        console.print(
            _(
                "{file} written: overwrite the rows with yours. It is loaded by [sources.{table}] with "
                'path = "{file}" in crm.toml.',
                file=file.name,
                table=table,
            ),
            soft_wrap=True,
        )
        switches_on = SOURCE_TABLES[table].switches_on
        if switches_on is not None:
            console.print(_("Switches on: {parts}.", parts=switches_on()), soft_wrap=True)

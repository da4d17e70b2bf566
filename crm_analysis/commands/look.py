"""``check``: what the sources are, before anything is loaded; of a large source a sample is read."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from crm_analysis import formats as f
from crm_analysis.build import sources_of
from crm_analysis.commands.look_at_orders import show_orders
from crm_analysis.config import Settings, SourceSettings
from crm_analysis.contract import SOURCE_TABLES, TableSpec
from crm_analysis.decisions.readiness import readiness
from crm_analysis.errors import CrmError
from crm_analysis.ingest import Sample, Source, Suggestion, open_source, stage, suggest_mapping
from crm_analysis.ingest.mapping import missing_columns, refuse_missing
from crm_analysis.ingest.presets import detect_preset, preset_lines
from crm_analysis.messages import _
from crm_analysis.narrative.data import parts_label
from crm_analysis.project import Project, open_project

__all__ = ["check"]


def check(config: Path, overrides: Mapping[str, Any]) -> None:
    """Show how each source is read and mapped, what the order lines hold and what they can answer.

    Raises
    ------
    CrmError
        The first thing that a build would refuse, after all that could be shown.
    """
    console = Console(highlight=False, markup=False)
    # A sample needs no cluster, and DuckDB starts at once.
    embedded = {**overrides, "warehouse.engine": "duckdb"}
    with open_project(config, embedded) as project, tempfile.TemporaryDirectory() as scratch:
        mapped: dict[str, set[str]] = {}
        refused: list[CrmError] = []
        for name, wanted in sources_of(project.settings, Path(scratch)).items():
            source, refusal = _opened(console, project, SOURCE_TABLES[name], wanted, Path(scratch) / name)
            mapped[name] = set(source.mapping)
            refused += [refusal] if refusal else []
            if name == "order_lines" and not missing_columns(source.table, {**source.mapping, **source.identifiers}):
                refused += _orders(console, project, source)
        _answers(console, mapped)
        if refused:
            raise refused[0]


def _opened(
    console: Console, project: Project, table: TableSpec, wanted: SourceSettings, scratch: Path
) -> tuple[Source, CrmError | None]:
    """A source with its mapping shown; where columns are missing, with those that their values suggest."""
    engine, root = project.engine, project.settings.root
    source = open_source(table, wanted, engine, root=root, scratch=scratch, sample=Sample(), refuse=False)
    suggestions = suggest_mapping(table, source.samples, source.settings.columns, file=source.name)
    _show_mapping(console, source, suggestions)
    _propose_preset(console, source)
    refusal = None
    known = {**source.mapping, **source.identifiers}
    if missing := missing_columns(table, known):
        try:
            refuse_missing(table, known, source.samples, file=source.name)
        except CrmError as error:
            refusal = error
        guessed = {s.column: s.header for s in suggestions if s.certainty == "values" and s.column in missing}
        if guessed:
            columns = {**wanted.columns, **{str(column): header for column, header in guessed.items()}}
            trial = wanted.model_copy(update={"columns": columns})
            again = scratch / "again"
            source = open_source(table, trial, engine, root=root, scratch=again, sample=Sample(), refuse=False)
    return source, refusal


def _orders(console: Console, project: Project, source: Source) -> list[CrmError]:
    """Facts about the order lines; what a build would refuse is returned."""
    settings: Settings = project.settings
    try:
        staged = stage(source, project.engine, time_zone=settings.project.time_zone, pseudonym_key="check")
    except CrmError as error:
        return [error]
    for note in staged.notes[len(source.notes) :]:
        console.print(note)
    refusal = show_orders(console, staged, source, settings)
    return [refusal] if refusal else []


def _show_mapping(console: Console, source: Source, suggestions: list[Suggestion]) -> None:
    names = {"set": _("as set"), "name": _("by its name"), "values": _("by its values"), "none": ""}
    table = Table(box=None, title=f"{source.table.name}: {source.name}", title_justify="left")
    for head in (_("Header"), _("Becomes"), _("How"), _("Examples")):
        table.add_column(head)
    for s in suggestions:
        table.add_row(s.header, s.column or "-", names[s.certainty], " | ".join(s.examples))
    console.print(table)
    for note in source.notes:
        console.print(note)
    if source.share is None:
        console.print(_("Only the first rows were read: what follows is about these."))
    elif source.share < 1:
        console.print(
            _(
                "A sample of {share} of the source was read, spread over all of it: what follows is about the sample, "
                "and figures with 'about' are scaled up.",
                share=f.percent(source.share),
            )
        )


def _propose_preset(console: Console, source: Source) -> None:
    if source.settings.preset is not None or source.table.name != "order_lines":
        return
    if (name := detect_preset(list(source.samples))) is not None:
        console.print(_("This looks like an export of {shop}. In crm.toml:", shop=preset_lines(name)[0]))
        for line in preset_lines(name)[1:]:
            console.print(f"  {line}")


def _answers(console: Console, mapped: Mapping[str, set[str]]) -> None:
    """Which parts of the report the columns switch on."""
    frame: pd.DataFrame = readiness(lambda table, column: column in mapped.get(table, set()))
    ready = [parts_label(str(part)) for part in frame.loc[frame["ready"], "part"]]
    missing = frame.loc[~frame["loaded"], ["part", "needs"]]
    if ready:
        console.print(_("Can be answered: {parts}.", parts="; ".join(ready)), soft_wrap=True)
    if len(missing):
        needs = "; ".join(f"{parts_label(str(row.part))} ({row.needs})" for row in missing.itertuples())
        console.print(_("Needs more data: {parts}.", parts=needs), soft_wrap=True)

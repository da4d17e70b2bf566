"""``check``: what the sources are, before anything is loaded."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd
from rich.console import Console
from rich.table import Table

from crm_analysis import formats as f
from crm_analysis.build import sources_of
from crm_analysis.cleaning import ask_for_sale_states
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.ingest import Source, open_source, stage, suggest_mapping
from crm_analysis.messages import _
from crm_analysis.project import open_project
from crm_analysis.warehouse import collect

__all__ = ["check"]


def _mapping(console: Console, source: Source) -> None:
    names = {"set": _("as set"), "name": _("by its name"), "values": _("by its values"), "none": ""}
    table = Table(box=None, title=f"{source.table.name}: {source.name}", title_justify="left")
    for head in (_("Header"), _("Becomes"), _("How"), _("Examples")):
        table.add_column(head)
    for s in suggest_mapping(source.table, source.samples, source.settings.columns, file=source.name):
        table.add_row(s.header, s.column or "-", names[s.certainty], " | ".join(s.examples))
    console.print(table)
    for note in source.notes:
        console.print(note)


def _summary(console: Console, rows: ir.Table, currency: str) -> None:
    amount = rows["amount"].fill_null(rows["quantity"] * rows["unit_price"])
    seen = rows.mutate(amount=amount, day=rows["ordered_at"].date())
    facts = collect(
        seen.aggregate(
            rows=seen.count(),
            orders=seen["order_id"].nunique(),
            customers=seen["customer_id"].nunique(),
            first=seen["day"].min(),
            last=seen["day"].max(),
            unread=seen["parse_problem"].notnull().sum(),
        )
    ).iloc[0]
    console.print(
        _(
            "{rows} rows, {orders} order numbers, {customers} customers, {period}; {unread} rows hold something "
            "unreadable.",
            rows=f.number(facts["rows"], 0),
            orders=f.number(facts["orders"], 0),
            customers=f.number(facts["customers"], 0),
            period=f.date_range(facts["first"], facts["last"]),
            unread=f.number(facts["unread"], 0),
        )
    )
    if pd.isna(facts["first"]):
        return
    monthly = seen.mutate(month=seen["ordered_at"].truncate("M").date()).group_by("month")
    sums = collect(monthly.aggregate(amount=lambda t: t["amount"].sum()).order_by("month"))
    table = Table(box=None)
    table.add_column(_("Month"))
    table.add_column(_("Sum in the source"), justify="right")
    for row in sums.dropna(subset=["month"]).to_dict("records"):
        table.add_row(f.month(row["month"]), f.money(row["amount"], currency, "table"))
    console.print(table)


def check(config: Path, overrides: Mapping[str, Any]) -> None:
    """Show how each source is read and mapped, and what the order lines hold; nothing is loaded."""
    console = Console(highlight=False, markup=False)
    with open_project(config, overrides) as project, tempfile.TemporaryDirectory() as scratch:
        settings = project.settings
        for name, wanted in sources_of(settings, Path(scratch)).items():
            table = SOURCE_TABLES[name]
            source = open_source(table, wanted, project.engine, root=settings.root, scratch=Path(scratch) / name)
            _mapping(console, source)
            if name == "order_lines":
                staged = stage(source, project.engine, time_zone=settings.project.time_zone, pseudonym_key="check")
                for note in staged.notes:
                    console.print(note)
                _summary(console, staged.rows, settings.project.currency)
                ask_for_sale_states(staged.rows, settings.cleaning, mapped="status" in source.mapping)

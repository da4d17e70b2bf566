"""``people``: which accounts are one person; what waits for a decision, and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from crm_analysis import formats as f
from crm_analysis.building.people import CUSTOMER_ACCOUNTS, REVIEW
from crm_analysis.errors import ConfigError
from crm_analysis.features import identity_counts
from crm_analysis.identity import record_decision
from crm_analysis.ingest.shapes import masked
from crm_analysis.messages import _
from crm_analysis.narrative import reach as words
from crm_analysis.project import Project, open_project
from crm_analysis.warehouse import collect

__all__ = ["decide_on", "review"]

_COMPARED = ("name", "email", "phone", "birth_date", "address")


def review(config: Path, overrides: Mapping[str, Any], most: int) -> None:
    """Show pairs of accounts that may be one person, masked, with what speaks for and against it."""
    console = Console(highlight=False, markup=False)
    with open_project(config, overrides) as project:
        if not project.warehouse.has(REVIEW):
            raise ConfigError(_("There are no accounts yet. Load a table customers first: crm-analysis build."))
        waiting = collect(project.table(REVIEW)).sort_values("probability", ascending=False, kind="stable").head(most)
        counts = identity_counts(project.table("accounts"), project.table(REVIEW))
        known = _accounts(project, waiting)
    console.print(words.identity_sentence(counts), soft_wrap=True)
    if waiting.empty:
        console.print(words.nothing_waits())
        return
    rows, heads = words.review_rows(waiting)
    for row, pair in zip(rows, waiting.to_dict("records"), strict=True):
        _show(console, row, list(heads), known, (str(pair["customer_id_l"]), str(pair["customer_id_r"])))
    more = int(counts["waiting"].iloc[0]) - len(waiting)
    if more:
        console.print(_("{n} more wait.", n=f.number(more, 0)))
    console.print(
        _("Decide: crm-analysis people same ACCOUNT ACCOUNT, or different; undo takes it back."), soft_wrap=True
    )


def _accounts(project: Project, waiting: pd.DataFrame) -> pd.DataFrame:
    """What the accounts of some pairs say, by account."""
    ids = sorted({*waiting["customer_id_l"].astype(str), *waiting["customer_id_r"].astype(str)})
    if not ids:
        return pd.DataFrame()
    rows = project.table(CUSTOMER_ACCOUNTS)
    mine = rows.filter(rows["account_id"].isin(ids)).select("account_id", *_COMPARED)
    return collect(mine).set_index("account_id").astype("str").replace({"NaT": "", "nan": "", "None": "", "<NA>": ""})


def _show(console: Console, row: list[str], heads: list[str], known: pd.DataFrame, pair: tuple[str, str]) -> None:
    """A pair with its values masked: enough to compare, too little to know."""
    console.print()
    console.print(f"{row[0]}  {row[1]}  {row[2]}", style="bold")
    table = Table.grid(padding=(0, 2))
    for name in _COMPARED:
        values = [str(known[name].get(each, "")) for each in pair]
        if any(values):
            table.add_row("  ", *(masked(value) or "-" for value in values))
    console.print(table)
    for head, text in zip(heads[3:], row[3:], strict=True):
        if text:
            console.print(f"  {head}: {text}", soft_wrap=True)


def decide_on(config: Path, overrides: Mapping[str, Any], one: str, other: str, decision: str, reason: str) -> None:
    """Keep what somebody decided about two accounts; the next build applies it."""
    with open_project(config, overrides) as project:
        record_decision(project.warehouse, one, other, decision, reason)
    Console(highlight=False, markup=False).print(_("Kept. The next build or run applies it."))

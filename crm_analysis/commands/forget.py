"""``forget``: remove a person for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from crm_analysis import formats as f
from crm_analysis.building.forgetting import Forgotten, accounts_of
from crm_analysis.messages import _, plural
from crm_analysis.project import open_project

__all__ = ["forget"]

_SHOWN = 5


def forget(config: Path, overrides: Mapping[str, Any], customer: str, *, yes: bool) -> None:
    """Ask, remove, then say in one line what was removed, and which source files still hold the person."""
    console = Console(highlight=False, markup=False)
    with open_project(config, overrides) as project:
        if not yes and not _agreed(_question(accounts_of(project.settings, project.warehouse, customer))):
            console.print(_("Nothing was removed."))
            raise SystemExit(1)
        found = project.forget(customer)
    console.print(_removed(found), soft_wrap=True)
    for held in found.held_by:
        console.print(
            _(
                "  {file} ({table}) still holds {rows} rows of the person. The file is yours and was not changed; "
                "what it holds of the person is not loaded again.",
                file=held.file,
                table=held.table,
                rows=f.number(held.rows, 0),
            ),
            soft_wrap=True,
        )


def _question(accounts: Sequence[str]) -> str:
    """How many accounts are held to be this person: where too many are, nobody should say yes."""
    shown = ", ".join(accounts[:_SHOWN]) + (", …" if len(accounts) > _SHOWN else "")
    return plural(
        "Remove {n} account ({accounts}) from all tables, old versions and reports? It cannot be taken back.",
        "Remove {n} accounts of one person ({accounts}) from all tables, old versions and reports? It cannot be taken "
        "back.",
        len(accounts),
        accounts=shown,
    )


def _agreed(question: str) -> bool:
    try:
        return typer.confirm(question)
    except typer.Abort:
        return False


def _removed(found: Forgotten) -> str:
    return _(
        "Removed: accounts {accounts}, rows {rows} in {tables} tables, changed folders of reports {runs}. Counts that "
        "were published stay.",
        accounts=f.number(found.accounts, 0),
        rows=f.number(found.rows, 0),
        tables=f.number(len(found.tables), 0),
        runs=f.number(found.runs, 0),
    )

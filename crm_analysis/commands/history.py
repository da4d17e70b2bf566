"""``runs list``, ``runs show``, ``runs compare``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from crm_analysis import formats as f
from crm_analysis.config import Settings, load_settings
from crm_analysis.errors import RunError
from crm_analysis.messages import _, use_language
from crm_analysis.workflow.run_folder import is_whole, latest_published, list_published
from crm_analysis.workflow.runner import run_store
from crm_analysis.workflow.steps import STEPS

__all__ = ["compare", "list_runs", "show"]


def _open(config: Path, overrides: Mapping[str, Any]) -> Settings:
    settings = load_settings(config, overrides)
    use_language(settings.lang)
    return settings


def _state(code: str) -> str:
    names = {
        "queued": _("queued"),
        "running": _("running"),
        "cancelling": _("cancelling"),
        "cancelled": _("cancelled"),
        "failed": _("failed"),
        "interrupted": _("interrupted"),
        "done": _("done"),
    }
    return names.get(code, code)


def list_runs(config: Path, overrides: Mapping[str, Any]) -> None:
    """List the runs of the project with their states."""
    settings = _open(config, overrides)
    published = {
        run.run_id: _("published") if is_whole(run) else _("single steps")
        for run in list_published(settings.reports / settings.slug)
    }
    table = Table(box=None)
    for head in (_("Run"), _("State"), _("Step"), _("Report")):
        table.add_column(head)
    for run in run_store(settings).runs(settings.slug):
        report = published.get(run.run_id, "")
        table.add_row(run.run_id, _state(run.state), run.step or "", report)
    Console(highlight=False, markup=False).print(table)


def _folder(settings: Settings, run: str) -> Path:
    parent = settings.reports / settings.slug
    if run == "latest":
        latest = latest_published(parent)
        if latest is None:
            raise RunError(_("There is no report yet. Run 'crm-analysis run' first."))
        return latest.path
    known = {found.run_id: found.path for found in list_published(parent)}
    if run not in known:
        raise RunError(
            _("There is no report of run '{run}'. Known: {known}.", run=run, known=", ".join(sorted(known)) or "-")
        )
    return known[run]


def _facts(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    facts: dict[str, Any] = {}
    answers = {}
    for step in STEPS:
        file = folder / "notes" / f"{step.stem}.json"
        if file.is_file():
            note = json.loads(file.read_text(encoding="utf-8"))
            facts |= note.get("facts", {})
            answers[step.title()] = note.get("answer", "")
    return facts, answers


def show(config: Path, overrides: Mapping[str, Any], run: str) -> None:
    """Show where a run lies and what it answered."""
    settings = _open(config, overrides)
    folder = _folder(settings, run)
    console = Console(highlight=False, markup=False)
    console.print(str(folder / "index.html"), soft_wrap=True)
    for title, answer in _facts(folder)[1].items():
        console.print(f"{title}: {answer}", soft_wrap=True)


def compare(config: Path, overrides: Mapping[str, Any], first: str, second: str) -> None:
    """Show the numbers of two runs side by side."""
    settings = _open(config, overrides)
    left, right = (_facts(_folder(settings, run))[0] for run in (first, second))
    names = {
        "rows_kept": _("Order lines kept"),
        "customers": _("Customers"),
        "leaving_days": _("Days until presumed left"),
        "planned": _("Contacts planned"),
        "held_back": _("Held back at random"),
    }
    table = Table(box=None)
    for head in ("", first, second):
        table.add_column(head, justify="right" if head else "left")
    for name, label in names.items():
        table.add_row(label, f.number(left.get(name), 0), f.number(right.get(name), 0))
    money = [f.money(side.get("value", {}).get("value"), settings.project.currency) for side in (left, right)]
    table.add_row(_("Customer value, next 12 months"), *money)
    Console(highlight=False, markup=False).print(table)

"""The first page of a report: what to do, read from the tables and notes of the run."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from crm_analysis import formats as f
from crm_analysis.config import Settings
from crm_analysis.decisions import assumptions_from
from crm_analysis.messages import _, plural
from crm_analysis.narrative import overview
from crm_analysis.workflow.files import write_text
from crm_analysis.workflow.run_folder import latest_published
from crm_analysis.workflow.steps import STEPS
from crm_analysis.workflow.style import TEMPLATES, page_language, report_css

__all__ = ["write_index"]


def _notes(run_dir: Path) -> dict[str, dict[str, Any]]:
    found = {}
    for step in STEPS:
        file = run_dir / "notes" / f"{step.stem}.json"
        if file.is_file():
            found[step.number] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _facts(notes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for note in notes.values():
        facts |= note.get("facts", {})
    return facts


def _words(settings: Settings, facts: dict[str, Any], run_id: str) -> dict[str, str]:
    gaps = int(facts["parts"]) - int(facts["ready"])
    return {
        "data_until": _("data up to {date}", date=f.date(dt.date.fromisoformat(facts["as_of"]))),
        "run": _("run {run}", run=run_id),
        "data_state": plural("Data: {n} part is missing something", "Data: {n} parts are missing something", gaps),
        "steps": _("Steps of the report"),
        "action": _("Action"),
        "who": _("Customers"),
        "how": _("How, until"),
        "cost": _("Cost"),
        "pays_if": _("Pays if"),
        "evidence": _("Evidence"),
        "owner": _("Owner"),
        "state": _("State"),
        "leave_alone": _("Leave alone"),
        "goal": _("Goal"),
        "since": _("Since the run before"),
        "long_term": _("Long term"),
        "not_known": _("Not known"),
        "answers": _("The eight steps in one sentence each"),
        "footer": _(
            "Made by crm-analysis on {date}. Customers stand under their numbers or pseudonyms; names, addresses and "
            "contact details are left out.",
            date=f.date(dt.datetime.now(dt.UTC).date()),
        ),
    }


def _previous(run_dir: Path) -> dict[str, Any] | None:
    latest = latest_published(run_dir.parent)
    if latest is None:
        return None
    facts = _facts(_notes(latest.path))
    return facts if {"rows_kept", "planned", "value", "as_of"} <= set(facts) else None


def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template(name)


def _frame(settings: Settings) -> dict[str, str]:
    """What every first page needs."""
    return {
        **page_language(),
        "title": _("Overview"),
        "project": settings.name,
        "css": report_css(),
    }


def _write_short_index(run_dir: Path, settings: Settings, notes: dict[str, dict[str, Any]]) -> None:
    steps = [step for step in STEPS if (run_dir / step.page).is_file()]
    last = steps[-1].number
    page = _template("steps.html.j2").render(
        **_frame(settings),
        headline=_("Single steps"),
        lead=_(
            "This run ends at step {step}. The report of all steps is that of the latest whole run.",
            step=last,
        ),
        steps=[(s.title(), s.page, notes.get(s.number, {}).get("answer", "")) for s in steps],
    )
    write_text(run_dir / "index.html", page)


def write_index(run_dir: Path, settings: Settings) -> None:
    """Write ``index.html`` of a run: what to do; of a run of single steps, what these answered.

    Parameters
    ----------
    run_dir
        Folder of the run.
    settings
        Of the project.
    """
    notes = _notes(run_dir)
    if len(notes) < len(STEPS):
        _write_short_index(run_dir, settings, notes)
        return
    facts, currency = _facts(notes), settings.project.currency
    plan, offers, strategies, scores = (
        pd.read_parquet(run_dir / "tables" / f"{name}.parquet")
        for name in ("contact_plan", "offer_decisions", "strategy_by_segment", "customer_scores")
    )
    owners = assumptions_from(settings.decisions, currency).owners
    actions = overview.actions_of(plan, strategies, owners)
    headline, lead = overview.headline(actions, currency, measured=bool(facts.get("measured")))
    run_id = run_dir.name.removeprefix(".").removesuffix(".partial")
    as_of = dt.date.fromisoformat(facts["as_of"])
    page = _template("front.html.j2").render(
        **_frame(settings),
        w=_words(settings, facts, run_id),
        banner=overview.stale_banner(
            as_of, dt.datetime.now(dt.UTC).date(), float(facts["usual_gap_days"]), example=settings.project.example
        ),
        headline=headline,
        lead=lead,
        actions=overview.action_rows(actions, currency),
        more=overview.more_actions(actions),
        alone=overview.left_alone(offers, strategies),
        goal=_("No goals are set, so nothing can be held against them."),
        changes=overview.changes(facts, _previous(run_dir), currency),
        long_term=overview.long_term(facts, scores, currency),
        not_known=overview.not_known(facts, actions),
        steps=[
            {"number": s.number, "title": s.title(), "page": s.page, "answer": notes[s.number].get("answer", "")}
            for s in STEPS
        ],
    )
    write_text(run_dir / "index.html", page)

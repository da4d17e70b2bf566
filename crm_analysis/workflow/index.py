"""The first pages of a report: what to do, and one page per action, from the tables and notes of the run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.config import Settings
from crm_analysis.contract.handed_over import HANDED_OVER
from crm_analysis.decisions import RunState, assumptions_from
from crm_analysis.messages import _, language
from crm_analysis.narrative import overview
from crm_analysis.narrative.actions import action_pages
from crm_analysis.narrative.changes import changes
from crm_analysis.narrative.definitions import definitions_of
from crm_analysis.narrative.explained import explained
from crm_analysis.narrative.run_tables import RunTables
from crm_analysis.workflow.editions import Edition
from crm_analysis.workflow.files import read_json, write_text
from crm_analysis.workflow.first_pages import page_of
from crm_analysis.workflow.recorded import data_state, facts_of, notes_of
from crm_analysis.workflow.run_folder import MANIFEST, latest_published
from crm_analysis.workflow.run_state import run_state_of
from crm_analysis.workflow.steps import STEPS, step_of
from crm_analysis.workflow.style import language_switch

__all__ = ["write_index"]


def _words(facts: dict[str, Any], run_id: str) -> dict[str, str]:
    return {
        "data_until": _("data up to {date}", date=explained("as_of", f.date(facts["as_of"]))),
        "run": _("run {run}", run=run_id),
        "data_state": data_state(facts),
        "steps": _("Steps of the report"),
        "overview": _("Overview"),
        "list": _("List of all contacts (CSV)"),
        "formula": _("Formula"),
        "source": _("From"),
        "rows_used": _("Rows used"),
        "data_version": _("Data"),
        "close": _("Close"),
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


def _previous(run_dir: Path) -> RunState | None:
    """What the latest published run knew and decided; None where there is none to compare with."""
    latest = latest_published(run_dir.parent)
    return None if latest is None else run_state_of(latest.path)


def _version(run_dir: Path, facts: dict[str, Any], run_id: str) -> str:
    versions = ((read_json(run_dir / MANIFEST) or {}).get("warehouse") or {}).get("table_versions") or {}
    return _(
        "order_lines version {version}, data up to {date}, run {run}",
        version=versions.get("order_lines"),
        date=f.date(facts["as_of"]),
        run=run_id,
    )


def _tables(run_dir: Path, settings: Settings, facts: dict[str, Any]) -> RunTables:
    names = (
        "contact_plan",
        "offer_decisions",
        "strategy_by_segment",
        "customer_scores",
        "personal_plan",
        "planned_tests",
    )
    frames = [pd.read_parquet(run_dir / "tables" / f"{name}.parquet") for name in names]
    currency, analysis = settings.project.currency, settings.analysis
    owners = assumptions_from(settings.decisions, currency).owners
    plan, offers, strategies, scores, items, tests = frames
    actions = overview.actions_of(plan, strategies, owners)
    return RunTables(
        facts=facts,
        plan=plan,
        offers=offers,
        strategies=strategies,
        scores=scores,
        items=items,
        tests=tests,
        actions=actions,
        owners=owners,
        currency=currency,
        horizon_days=analysis.horizon_days,
        value_horizon_days=analysis.value_horizon_days,
    )


def _definitions(run: RunTables) -> list[dict[str, str]]:
    """The definitions with the page of the step that their table comes from."""
    found = []
    for definition in definitions_of(run).values():
        step = step_of(HANDED_OVER[definition.table].step)
        source = _("{table}, step {step} {title}", table=definition.table, step=step.number, title=step.title())
        found.append({**vars(definition), "page": step.page, "source": source})
    return found


def _write_short(run_dir: Path, edition: Edition, editions: Sequence[Edition], settings: Settings) -> None:
    notes = notes_of(edition.folder(run_dir))
    steps = [step for step in STEPS if (run_dir / step.page).is_file()]
    last = steps[-1].number
    page = page_of(
        "steps.html.j2",
        settings,
        switch=language_switch("index.html", edition, editions),
        headline=_("Single steps"),
        lead=_(
            "This run ends at step {step}. The report of all steps is that of the latest whole run.",
            step=last,
        ),
        steps=[(s.title(), s.page, notes.get(s.number, {}).get("answer", "")) for s in steps],
    )
    write_text(edition.folder(run_dir) / "index.html", page)


def write_index(run_dir: Path, settings: Settings, editions: Sequence[Edition]) -> None:
    """Write ``index.html`` of a run in each language: what to do; of a run of single steps, what these answered.

    Beside the first, one page per action.

    Parameters
    ----------
    run_dir
        Folder of the run.
    settings
        Of the project.
    editions
        The languages of the report.
    """
    whole = len(notes_of(run_dir)) == len(STEPS)
    for edition in editions:
        with language(edition.lang):
            (_write_first_pages if whole else _write_short)(run_dir, edition, editions, settings)


def _write_first_pages(run_dir: Path, edition: Edition, editions: Sequence[Edition], settings: Settings) -> None:
    notes = notes_of(edition.folder(run_dir))
    facts = facts_of(notes)
    run = _tables(run_dir, settings, facts)
    run_id = run_dir.name.removeprefix(".").removesuffix(".partial")
    as_of = dt.date.fromisoformat(facts["as_of"])
    headline, lead = overview.headline(run.actions, run.currency, measured=bool(facts.get("measured")))
    shared = {
        "w": _words(facts, run_id),
        "definitions": _definitions(run),
        "version": _version(run_dir, facts, run_id),
        "banner": overview.stale_banner(
            as_of, dt.datetime.now(dt.UTC).date(), float(facts["usual_gap_days"]), example=settings.project.example
        ),
        "steps": [
            {"number": s.number, "title": s.title(), "page": s.page, "answer": notes[s.number].get("answer", "")}
            for s in STEPS
        ],
    }
    folder = edition.folder(run_dir)
    first = page_of(
        "front.html.j2",
        settings,
        **shared,
        switch=language_switch("index.html", edition, editions),
        headline=headline,
        lead=lead,
        actions=overview.action_rows(run.actions, run.currency),
        more=overview.more_actions(run.actions),
        alone=overview.left_alone(run.offers, run.strategies, run.plan),
        goal=overview.goal(pd.read_parquet(run_dir / "tables" / "goals.parquet"), run.currency),
        changes=changes(RunState(facts, run.scores, run.strategies), _previous(run_dir), run.currency),
        long_term=overview.long_term(facts, run.scores, run.currency),
        not_known=overview.not_known(facts, run.actions),
    )
    write_text(folder / "index.html", first)
    for action in action_pages(run):
        switch = language_switch(action.page, edition, editions)
        page = page_of("action.html.j2", settings, **shared, switch=switch, action=action, home=edition.to_home)
        write_text(folder / action.page, page)

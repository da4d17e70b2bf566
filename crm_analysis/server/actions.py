"""The actions of the latest report with what people decided about them, and decisions taken in the panel."""

from __future__ import annotations

from typing import Any

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.config import Settings
from crm_analysis.decisions import assumptions_from
from crm_analysis.labels import channel_label, evidence_label, segment_label, strategy_label
from crm_analysis.messages import _
from crm_analysis.narrative.direction import action_name, break_even
from crm_analysis.narrative.overview import actions_of
from crm_analysis.workflow.deciding import CHOICES, decide_strategy, take_back_strategy
from crm_analysis.workflow.overrules import Overrule, read_overrules
from crm_analysis.workflow.run_folder import latest_published

__all__ = ["ConflictError", "actions_of_latest", "decide"]

_TABLES = ("contact_plan", "strategy_by_segment")


class ConflictError(Exception):
    """Somebody else decided in the meantime."""


def actions_of_latest(settings: Settings) -> dict[str, Any]:
    """What the latest report plans, segment by segment, with the figures of its first screen.

    Returns
    -------
    dict
        ``run``: id of the report, None where there is none; ``strategies``: list of ``code``, ``label``;
        ``actions``: list, one per segment, by expected profit, of ``segment``, ``strategy`` (codes of what is
        planned, "none" leaves alone), ``name``, ``customers``, ``channel``, ``cost``, ``pays_if``, ``evidence``
        (finished texts, empty where nothing is done) and ``decision``: None or ``value``, ``label``, ``reason``,
        ``by``, ``at``, ``review_on``, ``due``.
    """
    latest = latest_published(settings.reports / settings.slug)
    taken = {entry.segment: entry for entry in read_overrules(settings.root) if entry.step == "03"}
    strategies = [{"code": code, "label": strategy_label(code)} for code in CHOICES]
    if latest is None or not all((latest.path / "tables" / f"{name}.parquet").is_file() for name in _TABLES):
        return {"run": None, "strategies": strategies, "actions": []}
    plan, table = (pd.read_parquet(latest.path / "tables" / f"{name}.parquet") for name in _TABLES)
    owners = assumptions_from(settings.decisions, settings.project.currency).owners
    rows = actions_of(plan, table, owners).to_dict("records")
    contacted = {str(row["segment"]) for row in rows}
    sizes = table.groupby("segment")["customers"].max()
    actions = [_action(row, settings.project.currency, taken.get(str(row["segment"]))) for row in rows]
    actions += [_alone(str(s), int(n), taken.get(str(s))) for s, n in sizes.items() if s not in contacted]
    return {"run": latest.run_id, "strategies": strategies, "actions": actions}


def _action(row: dict[Any, Any], currency: str, decision: Overrule | None) -> dict[str, Any]:
    segment, strategy = str(row["segment"]), str(row["strategy"])
    return {
        "segment": segment,
        "strategy": strategy,
        "name": action_name(segment, strategy),
        "customers": f.number(row["customers"], 0),
        "channel": " + ".join(channel_label(code) for code in row["channel"]),
        "cost": f.money(row["cost"], currency),
        "pays_if": break_even(float(row["pays_if"])),
        "evidence": evidence_label("assumed"),
        "decision": _decision(decision),
    }


def _alone(segment: str, customers: int, decision: Overrule | None) -> dict[str, Any]:
    return {
        "segment": segment,
        "strategy": "none",
        "name": _("{segment}: leave alone", segment=segment_label(segment)),
        "customers": f.number(customers, 0),
        "channel": "",
        "cost": "",
        "pays_if": "",
        "evidence": "",
        "decision": _decision(decision),
    }


def _decision(entry: Overrule | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {
        "value": entry.value,
        "label": strategy_label(entry.value),
        "reason": entry.reason,
        "by": entry.by,
        "at": entry.at,
        "review_on": entry.review_on,
        "due": entry.is_due,
    }


def decide(settings: Settings, segment: str, strategy: str | None, reason: str, seen: str) -> None:
    """Write a decision into ``decisions.toml``, or take it back.

    Parameters
    ----------
    settings
        Of the project.
    segment
        Its code.
    strategy
        Code of what is to be done, None to leave it to the system.
    reason
        Why; needed unless the decision is left to the system.
    seen
        When the entry that the person saw was written, empty where there was none.

    Raises
    ------
    ConflictError
        Somebody else decided in the meantime.
    ConfigError
        A code is not known, or there is no reason.
    """
    entries = read_overrules(settings.root)
    found = next((entry.at for entry in entries if entry.step == "03" and entry.segment == segment), "")
    if found != seen:
        raise ConflictError(_("Somebody else decided about this segment in the meantime. Look at it again."))
    if strategy is None:
        take_back_strategy(settings, segment)
    else:
        decide_strategy(settings, segment, strategy, reason, None)

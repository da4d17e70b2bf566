"""The actions of the latest report with what people decided about them, and decisions taken in the panel."""

from __future__ import annotations

from typing import Any

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.config import Settings
from crm_analysis.labels import channel_label, evidence_label, segment_label, strategy_label
from crm_analysis.messages import _
from crm_analysis.narrative.direction import action_name, break_even
from crm_analysis.workflow.deciding import CHOICES, decide_strategy, take_back_strategy
from crm_analysis.workflow.overrules import Overrule, read_overrules
from crm_analysis.workflow.run_folder import latest_published

__all__ = ["ConflictError", "actions_of_latest", "decide"]


class ConflictError(Exception):
    """Somebody else decided in the meantime."""


def actions_of_latest(settings: Settings) -> dict[str, Any]:
    """What the latest report proposes, segment by segment.

    Returns
    -------
    dict
        ``run``: id of the report, None where there is none; ``strategies``: list of ``code``, ``label``;
        ``actions``: list, one per segment, by expected profit, of ``segment``, ``strategy`` (codes of the system's
        choice, "none" leaves alone), ``name``, ``customers``, ``channel``, ``cost``, ``pays_if``, ``evidence``
        (finished texts, empty where nothing is done) and ``decision``: None or ``value``, ``label``, ``reason``,
        ``by``, ``at``, ``review_on``, ``due``.
    """
    latest = latest_published(settings.reports / settings.slug)
    taken = {entry.segment: entry for entry in read_overrules(settings.root) if entry.step == "03"}
    strategies = [{"code": code, "label": strategy_label(code)} for code in CHOICES]
    if latest is None or not (latest.path / "tables" / "strategy_by_segment.parquet").is_file():
        return {"run": None, "strategies": strategies, "actions": []}
    table = pd.read_parquet(latest.path / "tables" / "strategy_by_segment.parquet")
    table = table.sort_values(["system_chosen", "expected_profit"], ascending=False)
    best = table.drop_duplicates("segment").to_dict("records")
    actions = [_action(row, settings.project.currency, taken.get(str(row["segment"]))) for row in best]
    return {"run": latest.run_id, "strategies": strategies, "actions": actions}


def _action(row: dict[Any, Any], currency: str, decision: Overrule | None) -> dict[str, Any]:
    segment, chosen = str(row["segment"]), bool(row["system_chosen"])
    strategy = str(row["strategy"]) if chosen else "none"
    alone = _("{segment}: leave alone", segment=segment_label(segment))
    return {
        "segment": segment,
        "strategy": strategy,
        "name": action_name(segment, strategy) if chosen else alone,
        "customers": f.number(row["customers"], 0),
        "channel": channel_label(str(row["channel"])) if chosen else "",
        "cost": f.money(row["cost"], currency) if chosen else "",
        "pays_if": break_even(float(row["break_even_effect"])) if chosen else "",
        "evidence": evidence_label(str(row["evidence"])) if chosen else "",
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

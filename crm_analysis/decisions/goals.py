"""Goals as numbers: where each stands, and where it will stand on its day at the pace of the last half-year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.features import KPIS, measure
from crm_analysis.intervals import NORMAL_90

__all__ = ["goal_states", "measured_now"]

PACE_DAYS = 182
_FALLING = frozenset({"annual_loss"})
"""Measures that are better when lower."""


def goal_states(
    goals: pd.DataFrame | None, lines: ir.Table, first: date, as_of: date, known: dict[str, float] | None = None
) -> pd.DataFrame | None:
    """Each goal with its measure now and at this pace.

    Parameters
    ----------
    goals
        The table: goal, metric, target, start, due_on; None where there is none.
    lines
        Order lines.
    first, as_of
        First and last day of the data.
    known
        Measures that are found elsewhere, such as customer_share: only their value now.

    Returns
    -------
    pandas.DataFrame or None
        One row per goal, the earliest first: goal, metric, start, target, due_on, now, low, high (90 %), at_pace
        (expected on the day: now plus the change of the last 182 days, drawn out), pace_low, pace_high, state
        (reached, on_track, behind, overdue, unknown).
    """
    if goals is None or goals.empty:
        return None
    rows = [_state(row, lines, first, as_of, known or {}) for row in goals.to_dict("records")]
    frame = pd.DataFrame(rows).sort_values(["due_on", "goal"], ignore_index=True)
    frame["due_on"] = pd.to_datetime(frame["due_on"])
    return frame


def _state(
    goal: Mapping[Any, Any], lines: ir.Table, first: date, as_of: date, known: dict[str, float]
) -> dict[str, Any]:
    metric, target = str(goal["metric"]).strip().lower(), float(goal["target"])
    due = pd.Timestamp(goal["due_on"]).date()
    start = goal.get("start")
    nan = float("nan")
    row: dict[str, Any] = {
        "goal": str(goal["goal"]), "metric": metric, "start": nan if pd.isna(start) else float(start),
        "target": target, "due_on": due, "now": nan, "low": nan, "high": nan, "at_pace": nan, "pace_low": nan,
        "pace_high": nan, "state": "unknown",
    }  # fmt: skip
    if metric in known and np.isfinite(known[metric]):
        row["now"] = known[metric]
    elif metric in KPIS and (now := measure(metric, lines, as_of, first)) is not None:
        spread = NORMAL_90 * now.error
        row |= {"now": now.value, "low": now.value - spread, "high": now.value + spread}
        earlier = measure(metric, lines, as_of - timedelta(days=PACE_DAYS), first)
        ahead = max((due - as_of).days, 0) / PACE_DAYS
        if earlier is not None:
            pace = now.value + (now.value - earlier.value) * ahead
            error = NORMAL_90 * float(np.hypot((1 + ahead) * now.error, ahead * earlier.error))
            row |= {"at_pace": pace, "pace_low": pace - error, "pace_high": pace + error}
    row["state"] = _verdict(row, metric, target, due, as_of)
    return row


def _verdict(row: Mapping[str, Any], metric: str, target: float, due: date, as_of: date) -> str:
    now, pace = float(row["now"]), float(row["at_pace"])
    sign = -1.0 if metric in _FALLING else 1.0
    if np.isnan(now):
        return "unknown"
    if sign * (now - target) >= 0:
        return "reached"
    if due < as_of:
        return "overdue"
    if np.isnan(pace):
        return "behind"
    return "on_track" if sign * (pace - target) >= 0 else "behind"


def measured_now(lines: ir.Table, first: date, as_of: date) -> pd.DataFrame:
    """Measures that goals could be set in: metric, now, low, high (90 %); only those that can be measured."""
    rows = []
    for kpi in KPIS:
        now = measure(kpi, lines, as_of, first)
        if now is not None:
            spread = NORMAL_90 * now.error
            rows.append((kpi, now.value, now.value - spread, now.value + spread))
    return pd.DataFrame(rows, columns=["metric", "now", "low", "high"])

"""What changed since the run before, in money: the change of customer value in parts, and changed decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["RunState", "run_changes"]

_COLUMNS = {
    "kind": "str",
    "amount": "float64",
    "customers": "int64",
    "segment_from": "str",
    "segment_to": "str",
    "strategy_from": "str",
    "strategy_to": "str",
}
_NOTHING = 0.005
NONE = "none"


@dataclass(frozen=True)
class RunState:
    """What a run knew and decided.

    Attributes
    ----------
    facts
        What its steps recorded; ``margin`` counts here.
    scores
        customer_scores: customer_id, segment, value.
    strategies
        strategy_by_segment.
    """

    facts: dict[str, Any]
    scores: pd.DataFrame
    strategies: pd.DataFrame


def run_changes(now: RunState, before: RunState) -> pd.DataFrame:
    """The change of customer value in parts that add up, and the decisions that changed with it.

    Parts of the change of value: customers who are new (``arrived``) or gone (``departed``, also through a merger),
    another margin (``margin``), customers who moved between segments (``moved``, one row per pair) and who did not
    (``stayed``). Beside them ``decision``: a segment with another strategy, its amount the expected profit of the
    strategy now less that of the one before, if the assumptions hold; it is no part of the sum.

    Parameters
    ----------
    now, before
        The two runs.

    Returns
    -------
    pandas.DataFrame
        Largest amount first: kind, amount (currency), customers, segment_from, segment_to, strategy_from and
        strategy_to (what is chosen for the segment of each side; ``none`` for nothing). Amounts of nothing are left
        out.
    """
    rows = [*_value_rows(now, before), *_decision_rows(now.strategies, before.strategies)]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)
    frame = frame[(frame["amount"].abs() > _NOTHING) | (frame["kind"] == "decision")]
    order = frame["amount"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def _chosen(strategies: pd.DataFrame) -> dict[str, str]:
    rows = strategies[strategies["chosen"]]
    return dict(zip(rows["segment"].astype(str), rows["strategy"].astype(str), strict=True))


def _value_rows(now: RunState, before: RunState) -> list[tuple[Any, ...]]:
    columns = ["customer_id", "segment", "value"]
    both = before.scores[columns].merge(
        now.scores[columns], on="customer_id", how="outer", suffixes=("_from", "_to"), indicator=True
    )
    arrived, departed = both[both["_merge"] == "right_only"], both[both["_merge"] == "left_only"]
    known = both[both["_merge"] == "both"]
    old, new = float(before.facts.get("margin") or 0.0), float(now.facts.get("margin") or 0.0)
    ratio = new / old if old > 0 and new > 0 else 1.0
    by_margin = float(known["value_from"].sum()) * (ratio - 1)
    change = (known["value_to"] - known["value_from"] * ratio).rename("change")
    pairs = (
        known.assign(change=change)
        .groupby(["segment_from", "segment_to"], as_index=False)
        .agg(change=("change", "sum"), customers=("customer_id", "size"))
    )
    stayed = pairs[pairs["segment_from"] == pairs["segment_to"]]
    rows: list[tuple[Any, ...]] = [
        ("arrived", float(arrived["value_to"].sum()), len(arrived), "", "", "", ""),
        ("departed", -float(departed["value_from"].sum()), len(departed), "", "", "", ""),
        ("margin", by_margin, len(known), "", "", "", ""),
        ("stayed", float(stayed["change"].sum()), int(stayed["customers"].sum()), "", "", "", ""),
    ]
    then, today = _chosen(before.strategies), _chosen(now.strategies)
    for pair in pairs[pairs["segment_from"] != pairs["segment_to"]].to_dict("records"):
        source, target = str(pair["segment_from"]), str(pair["segment_to"])
        strategies = (then.get(source, NONE), today.get(target, NONE))
        rows.append(("moved", float(pair["change"]), int(pair["customers"]), source, target, *strategies))
    return rows


def _decision_rows(now: pd.DataFrame, before: pd.DataFrame) -> list[tuple[Any, ...]]:
    then, today = _chosen(before), _chosen(now)
    rows = []
    for segment in sorted({*then, *today}):
        if then.get(segment) == today.get(segment):
            continue
        worth = [_expected(frame, segment) for frame in (now, before)]
        here = now[now["segment"] == segment]
        people = int(here["customers"].max()) if len(here) else 0
        rows.append(
            (
                "decision",
                worth[0] - worth[1],
                people,
                segment,
                segment,
                then.get(segment, NONE),
                today.get(segment, NONE),
            )
        )
    return rows


def _expected(strategies: pd.DataFrame, segment: str) -> float:
    rows = strategies[(strategies["segment"] == segment) & strategies["chosen"]]
    return float(np.nan_to_num(rows["expected_profit"].to_numpy(dtype="float64")).sum())

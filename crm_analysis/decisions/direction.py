"""Step 3: which of the five strategies for whom, with what it takes to pay."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from crm_analysis.decisions.assumptions import OBJECTIVE, Assumptions
from crm_analysis.models import enough_to_value

__all__ = [
    "ELIGIBLE",
    "apply_overrules",
    "budget_split",
    "hypothesis_cards",
    "profit_per_success",
    "same_strategies",
    "strategy_by_segment",
]

ELIGIBLE: dict[str, tuple[str, ...]] = {
    "champions": ("raise_loyalty", "cross_sell", "retain"),
    "loyal": ("raise_loyalty", "cross_sell", "retain"),
    "promising": ("activate", "cross_sell"),
    "new": ("activate", "cross_sell"),
    "needs_attention": ("activate", "retain", "cross_sell"),
    "about_to_sleep": ("activate", "retain"),
    "at_risk": ("retain", "reactivate"),
    "cannot_lose": ("retain", "reactivate"),
    "hibernating": ("reactivate",),
    "lost": ("reactivate",),
    "one_time": ("activate", "reactivate"),
}
"""Strategies that make sense for a segment."""

_MIN_ALIVE = 0.05
_PRICED = [
    "segment",
    "strategy",
    "customers",
    "channel",
    "cost",
    "assumed_effect",
    "break_even_effect",
    "safety",
    "expected_profit",
    "profit_per_success",
]


def same_strategies(segments: Collection[str]) -> list[list[str]]:
    """Groups of two or more of the segments that are open to the same strategies of :data:`ELIGIBLE`."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for segment in ELIGIBLE:
        if segment in segments:
            groups.setdefault(tuple(sorted(ELIGIBLE[segment])), []).append(segment)
    return [group for group in groups.values() if len(group) > 1]


def profit_per_success(scores: pd.DataFrame, strategy: str, item_profit: float | None) -> np.ndarray:
    """Extra profit over the decision horizon if one contact succeeds, per customer, before its cost.

    A saved customer buys on as if staying were certain, which matters only for those who would leave; an
    activated, more loyal or won-back customer places one more order; a cross-sold one adds one item.

    Parameters
    ----------
    scores
        customer_scores.
    strategy
        One of the five.
    item_profit
        Profit of one more item, None where products are not known.
    """
    if strategy == "retain":
        # A naive forecast does not tell who is still there: it counts as it stands.
        alive = scores["probability_alive"].fillna(1.0).clip(lower=_MIN_ALIVE)
        staying = scores["horizon_profit"] / alive
        return (staying * scores["probability_leaving"]).to_numpy()
    if strategy == "cross_sell":
        return np.full(len(scores), np.nan if item_profit is None else item_profit)
    return scores["order_profit"].to_numpy()


def strategy_by_segment(scores: pd.DataFrame, assumptions: Assumptions, item_profit: float | None) -> pd.DataFrame:
    """Hold every sensible strategy of a segment against its cost.

    Parameters
    ----------
    scores
        customer_scores.
    assumptions
        Effects and costs.
    item_profit
        Profit of one more item, None where products are not known: cross-selling is left out.

    Returns
    -------
    pandas.DataFrame
        One row per segment and strategy: customers, channel, cost (all contacts), assumed_effect,
        break_even_effect (share of the contacted who must act for the contact to pay), safety (assumed over
        break-even), expected_profit (if the assumption holds), profit_per_success, evidence, chosen,
        runner_up, objective. Nothing is chosen where no strategy pays under its assumption, or where there is too
        little data to value customers at all.
    """
    rows = []
    for segment, members in scores.groupby("segment", sort=True):
        for strategy in ELIGIBLE[str(segment)]:
            values = profit_per_success(members, strategy, item_profit)
            known = values[np.isfinite(values)]
            if not len(known) or known.mean() <= 0:
                continue
            rows.append(_priced(str(segment), strategy, len(members), float(known.mean()), assumptions))
    frame = pd.DataFrame(rows, columns=_PRICED)
    frame["evidence"] = "assumed"
    frame["objective"] = frame["strategy"].map(OBJECTIVE)
    rank = frame.groupby("segment")["expected_profit"].rank(method="first", ascending=False)
    frame["chosen"] = (rank == 1) & (frame["expected_profit"] > 0) & enough_to_value(scores)
    frame["runner_up"] = rank == 2
    frame["system_chosen"] = frame["chosen"]
    return frame.sort_values(["chosen", "expected_profit"], ascending=False, ignore_index=True)


def apply_overrules(strategies: pd.DataFrame, wanted: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put people's choices in the place of the system's.

    Parameters
    ----------
    strategies
        Of :func:`strategy_by_segment`.
    wanted
        Segment -> strategy, or ``none`` to leave it alone.

    Returns
    -------
    tuple
        The strategies with ``chosen`` as people want it, and one row per overrule: segment, system, yours,
        difference (expected profit of yours minus the system's, if the assumptions hold), applied (False where
        the segment is empty now or the strategy does not fit it).
    """
    frame, rows = strategies.copy(), []
    for segment, value in sorted(wanted.items()):
        mine = frame["segment"] == segment
        picked = mine & (frame["strategy"] == value)
        applied = bool(mine.any()) and (value == "none" or bool(picked.any()))
        system = frame[mine & frame["system_chosen"]]
        if applied:
            frame.loc[mine, "chosen"] = False
            frame.loc[picked, "chosen"] = True
        before = float(system["expected_profit"].sum())
        after = float(frame.loc[picked, "expected_profit"].sum())
        rows.append(
            {
                "segment": segment,
                "system": str(system["strategy"].iloc[0]) if len(system) else "none",
                "yours": value,
                "difference": after - before if applied else np.nan,
                "applied": applied,
            }
        )
    return frame, pd.DataFrame(rows, columns=["segment", "system", "yours", "difference", "applied"])


def _priced(segment: str, strategy: str, customers: int, worth: float, assumptions: Assumptions) -> dict[str, object]:
    """One strategy with the channel that leaves most."""
    best: dict[str, object] = {}
    for channel, cost in assumptions.channel_costs.items():
        effect = min(assumptions.effects[strategy] * assumptions.channel_factors[channel], 0.5)
        expected = customers * (effect * worth - cost)
        if not best or expected > float(str(best["expected_profit"])):
            best = {
                "segment": segment,
                "strategy": strategy,
                "customers": customers,
                "channel": channel,
                "cost": customers * cost,
                "assumed_effect": effect,
                "break_even_effect": cost / worth,
                "safety": effect * worth / cost if cost else np.inf,
                "expected_profit": expected,
                "profit_per_success": worth,
            }
    return best


def hypothesis_cards(strategies: pd.DataFrame, horizon_days: int, most: int = 5) -> pd.DataFrame:
    """What the next weeks are to find out: the chosen strategies, safest first.

    Returns
    -------
    pandas.DataFrame
        One row per card: card, segment, strategy, customers, channel, kpi, assumed_effect,
        break_even_effect, cost, horizon_days, stop_rule, evidence.
    """
    chosen = strategies[strategies["chosen"]].head(most).reset_index(drop=True)
    cards = chosen[
        ["segment", "strategy", "customers", "channel", "assumed_effect", "break_even_effect", "safety", "cost",
         "profit_per_success", "expected_profit", "evidence"]
    ].copy()  # fmt: skip
    cards.insert(0, "card", [f"H{number}" for number in range(1, len(cards) + 1)])
    cards["kpi"] = np.where(cards["strategy"] == "retain", "kept_share", "order_share")
    cards["horizon_days"] = horizon_days
    cards["stop_rule"] = "upper_bound_below_break_even"
    return cards


def budget_split(strategies: pd.DataFrame) -> pd.DataFrame:
    """Customers and contact cost per objective, for the chosen strategies: objective, customers, cost, share."""
    chosen = strategies[strategies["chosen"]]
    split = chosen.groupby("objective", as_index=False)[["customers", "cost"]].sum()
    every = pd.DataFrame({"objective": ["acquisition", "development", "retention"]})
    split = every.merge(split, on="objective", how="left").fillna({"customers": 0, "cost": 0.0})
    split["customers"] = split["customers"].astype("int64")
    total = split["cost"].sum()
    return split.assign(share=split["cost"] / total if total else 0.0)

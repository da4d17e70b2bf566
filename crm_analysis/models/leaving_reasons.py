"""Why somebody may leave: the terms of the model that raise their odds, things lived through before mere signs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_analysis.models.leaving_check import LeavingCheck
from crm_analysis.models.leaving_model import EXPECTED

__all__ = ["SIGNS", "drivers_by_segment", "leaving_reasons", "with_leaving"]

SIGNS = {
    "waiting": ("recency_days", "waiting_ratio", EXPECTED),
    "fewer_orders": ("recent_purchases", "trend"),
    "spends_less": ("amount_trend",),
}
"""Signs that somebody leaves, with the terms of the model that speak of them: they say that, not why."""

MOST = 3
_LEAST = 0.10
"""Log-odds from which a term is a reason: below it the odds rise by less than a tenth."""
_COLUMNS = {
    "customer_id": "str", "rank": "int64", "reason": "str", "kind": "str", "weight": "float64", "amount": "float64",
    "usual": "float64",
}  # fmt: skip


def with_leaving(scores: pd.DataFrame, check: LeavingCheck | None) -> pd.DataFrame:
    """Scores whose probability of leaving comes from the winner, for customers who are active.

    Parameters
    ----------
    scores
        One row per customer_id: probability_leaving and value, of :func:`crm_analysis.models.score_values`.
    check
        None, or one whose winner cannot be trusted: the scores stay as they are.
    """
    if check is None or not check.trusted:
        return scores
    told = check.now.set_index("customer_id")["probability_leaving"]
    better = scores["customer_id"].map(told)
    frame = scores.assign(probability_leaving=better.fillna(scores["probability_leaving"]))
    return frame.assign(value_at_risk=frame["value"] * frame["probability_leaving"])


def leaving_reasons(check: LeavingCheck | None) -> pd.DataFrame:
    """Up to three reasons per active customer.

    Only things lived through that are named (they go with leaving in the whole, false names held at a tenth) come as
    drivers; then signs of the customer's own habits.

    Parameters
    ----------
    check
        Of :func:`crm_analysis.models.check_leaving`; without a model that is used nobody has reasons.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id and rank: reason, kind (``driver`` or ``sign``), weight (added log-odds), amount and
        usual (the customer's own number and the one it is held against: days for waiting, shares or numbers else).
    """
    if check is None or not check.used or check.model is None:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _COLUMNS.items()})
    now, model = check.now.reset_index(drop=True), check.model
    terms = model.contributions(now)
    named = model.drivers_.loc[model.drivers_["named"], "driver"].tolist()
    parts = [
        _rows(now, terms[name], name, "driver", now[name], model.reference_[name], now[name] > model.reference_[name])
        for name in named
    ]
    for sign, of in SIGNS.items():
        weight = terms[[name for name in of if name in terms]].sum(axis=1)
        amount, usual, shown = _sign(now, sign)
        parts.append(_rows(now, weight, sign, "sign", amount, usual, shown))
    every = pd.concat(parts, ignore_index=True)
    every = every.sort_values(["customer_id", "kind", "weight", "reason"], ascending=[True, True, False, True])
    every["rank"] = every.groupby("customer_id").cumcount() + 1
    return every[every["rank"] <= MOST].reset_index(drop=True)[list(_COLUMNS)].astype(_COLUMNS)


def _rows(
    now: pd.DataFrame,
    weight: pd.Series,
    reason: str,
    kind: str,
    amount: pd.Series,
    usual: pd.Series | float,
    shown: pd.Series,
) -> pd.DataFrame:
    frame = pd.DataFrame({"customer_id": now["customer_id"], "weight": weight, "amount": amount, "usual": usual})
    return frame[(weight >= _LEAST) & shown].assign(reason=reason, kind=kind)


def _sign(now: pd.DataFrame, sign: str) -> tuple[pd.Series, pd.Series | float, pd.Series]:
    """The customer's number, the usual one, and whether the sign is there."""
    if sign == "waiting":
        usual = now["recency_days"] / now["waiting_ratio"].where(now["waiting_ratio"] > 0)
        return now["recency_days"], usual.fillna(0.0), now["waiting_ratio"] > 1
    column = "trend" if sign == "fewer_orders" else "amount_trend"
    return np.exp(now[column]) - 1, 0.0, now[column] < 0


def drivers_by_segment(check: LeavingCheck | None, scores: pd.DataFrame) -> pd.DataFrame:
    """How many active customers of each segment lived through what goes with leaving, and what is at stake.

    Parameters
    ----------
    check
        Of :func:`crm_analysis.models.check_leaving`.
    scores
        customer_scores.

    Returns
    -------
    pandas.DataFrame
        One row per segment and named driver, most value at risk first: active (customers), customers (who lived
        through it), probability_leaving (their mean), others (mean of the other active ones), value_at_risk.
    """
    columns = ["segment", "driver", "active", "customers", "probability_leaving", "others", "value_at_risk"]
    if check is None or not check.used or check.model is None:
        return pd.DataFrame(columns=columns)
    model = check.model
    known = check.now.drop(columns="probability_leaving").merge(
        scores[["customer_id", "segment", "probability_leaving", "value_at_risk"]], on="customer_id"
    )
    rows = []
    for driver in model.drivers_.loc[model.drivers_["named"], "driver"]:
        hit = known[driver] > model.reference_[driver]
        for segment, part in known.groupby("segment"):
            mine = hit.loc[part.index]
            if not mine.any():
                continue
            of, rest = part[mine], part[~mine]
            rows.append(
                (
                    str(segment), str(driver), len(part), len(of), float(of["probability_leaving"].mean()),
                    float(rest["probability_leaving"].mean()) if len(rest) else float("nan"),
                    float(of["value_at_risk"].sum()),
                )
            )  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["value_at_risk", "segment", "driver"], ascending=[False, True, True], ignore_index=True)

"""Members who registered and have not ordered yet: how likely they still do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from crm_analysis.features.purchases import is_purchase
from crm_analysis.intervals import NORMAL_90
from crm_analysis.thresholds import SOURCE_CUSTOMERS
from crm_analysis.warehouse import collect

__all__ = ["WaitingMembers", "waiting_members"]

FloatArray = npt.NDArray[np.float64]
SEVERAL = "others"


@dataclass(frozen=True)
class WaitingMembers:
    """Members without an order and what followed registrations before.

    Attributes
    ----------
    members
        One row per customer_id: joined_at, source, days_waiting, likelihood (to order within the horizon).
    by_source
        One row per source: registered, ordered, waiting, share_within (of those who register, the share that orders
        within the horizon; Kaplan-Meier) with low and high (90 %, log-log of Greenwood's variance), likelihood (mean
        of those who wait).
    horizon_days
        The horizon.
    """

    members: pd.DataFrame
    by_source: pd.DataFrame
    horizon_days: int


def waiting_members(
    customers: ir.Table | None, lines: ir.Table, first: date, as_of: date, horizon_days: int
) -> WaitingMembers | None:
    """Who registered without ordering, and how likely an order still is.

    The delay from registration to the first order is estimated by Kaplan and Meier (1958) from those who registered
    after the data begins, per source with enough of them; somebody who has waited w days orders within h more with
    probability 1 − S(w + h) / S(w).

    Parameters
    ----------
    customers
        With joined_at; None where there is no such table.
    lines
        Order lines.
    first, as_of
        First and last day of the data.
    horizon_days
        h.

    Returns
    -------
    WaitingMembers or None
        None without the table, its joined_at, or anybody who registered since the data begins.
    """
    if customers is None or "joined_at" not in customers.columns:
        return None
    counts = _delays(customers, lines, first, as_of)
    if counts.empty:
        return None
    size = counts.groupby("source")["people"].sum()
    counts["source"] = counts["source"].where(counts["source"].map(size) >= SOURCE_CUSTOMERS, SEVERAL)
    people = _people(customers, lines, first, as_of)
    people["source"] = people["source"].where(people["source"].isin(counts["source"]), SEVERAL)
    people["likelihood"] = np.nan
    rows = []
    for source, part in counts.groupby("source"):
        curve = _survival(part)
        mine = people["source"] == source
        people.loc[mine, "likelihood"] = _still(
            curve, people.loc[mine, "days_waiting"].to_numpy("float64"), horizon_days
        )
        rows.append(_row(str(source), part, curve, people[mine], horizon_days))
    by_source = pd.DataFrame(rows).sort_values(["registered", "source"], ascending=[False, True], ignore_index=True)
    ordered = people.dropna(subset=["likelihood"]).sort_values(
        ["likelihood", "customer_id"], ascending=[False, True], ignore_index=True
    )
    return WaitingMembers(ordered, by_source, horizon_days)


def _registered(customers: ir.Table, lines: ir.Table, first: date, as_of: date) -> ir.Table:
    """Registrations since the data begins with the day of the first order, if there was one."""
    day = lines["ordered_at"].date()
    last = ibis.date(as_of.isoformat())
    bought = (
        lines.filter(is_purchase(lines) & (day <= last))
        .group_by("customer_id")
        .aggregate(first_order=lambda t: t["ordered_at"].date().min())
    )
    joined = customers["joined_at"].cast("date")
    source = customers["acquisition_source"] if "acquisition_source" in customers.columns else ibis.null("string")
    known = customers.select("customer_id", joined=joined, source=source.fill_null("")).filter(
        lambda t: t["joined"].notnull() & (t["joined"] >= ibis.date(first.isoformat())) & (t["joined"] <= last)
    )
    return known.left_join(bought, "customer_id").drop("customer_id_right")


def _delays(customers: ir.Table, lines: ir.Table, first: date, as_of: date) -> pd.DataFrame:
    """Registrations counted by source, days until the first order or until now, and whether there was one."""
    table = _registered(customers, lines, first, as_of)
    end = ibis.coalesce(table["first_order"], ibis.date(as_of.isoformat()))
    days = end.delta(table["joined"], unit="day")
    rows = table.select(
        "source", days=ibis.ifelse(days < 0, 0, days), ordered=table["first_order"].notnull().cast("int64")
    )
    grouped = rows.group_by("source", "days", "ordered").aggregate(people=rows.count())
    frame = collect(grouped).astype({"days": "int64", "ordered": "int64", "people": "int64"})
    return frame.sort_values(["source", "days", "ordered"], ignore_index=True)


def _people(customers: ir.Table, lines: ir.Table, first: date, as_of: date) -> pd.DataFrame:
    table = _registered(customers, lines, first, as_of)
    waiting = table.filter(table["first_order"].isnull())
    days = ibis.date(as_of.isoformat()).delta(waiting["joined"], unit="day")
    frame = collect(waiting.select("customer_id", "source", joined_at="joined", days_waiting=days))
    frame["joined_at"] = pd.to_datetime(frame["joined_at"])
    return frame.astype({"days_waiting": "int64"})


def _survival(counts: pd.DataFrame) -> pd.DataFrame:
    """Kaplan-Meier: days, waiting (share still without an order after them), error (its standard error, Greenwood)."""
    if not counts["ordered"].any():
        return pd.DataFrame({"days": [0.0], "waiting": [1.0], "error": [0.0]})
    found = SurvfuncRight(counts["days"], counts["ordered"], freq_weights=counts["people"])
    # The library's own error under weights is not Greenwood's: it is larger than that of the same rows written out.
    risk, events = np.asarray(found.n_risk, dtype="float64"), np.asarray(found.n_events, dtype="float64")
    with np.errstate(divide="ignore"):
        terms = np.where(risk > events, events / (risk * (risk - events)), 0.0)
    waiting = np.asarray(found.surv_prob)
    return pd.DataFrame({"days": found.surv_times, "waiting": waiting, "error": waiting * np.sqrt(terms.cumsum())})


def _at(curve: pd.DataFrame, days: FloatArray, column: str, start: float) -> FloatArray:
    place = np.searchsorted(curve["days"].to_numpy(), days, side="right") - 1
    return np.where(place >= 0, curve[column].to_numpy()[np.maximum(place, 0)], start)


def _still(curve: pd.DataFrame, waited: FloatArray, horizon: int) -> FloatArray:
    now, later = _at(curve, waited, "waiting", 1.0), _at(curve, waited + horizon, "waiting", 1.0)
    return np.where(now > 0, 1 - later / np.where(now > 0, now, 1.0), 0.0)


def _row(
    source: str, counts: pd.DataFrame, curve: pd.DataFrame, people: pd.DataFrame, horizon: int
) -> dict[str, object]:
    at = np.asarray([float(horizon)])
    waiting, error = float(_at(curve, at, "waiting", 1.0)[0]), float(_at(curve, at, "error", 0.0)[0])
    low = high = waiting
    if 0 < waiting < 1:
        spread = NORMAL_90 * error / (waiting * abs(np.log(waiting)))
        low, high = waiting ** np.exp(spread), waiting ** np.exp(-spread)
    return {
        "source": source,
        "registered": int(counts["people"].sum()),
        "ordered": int(counts.loc[counts["ordered"] == 1, "people"].sum()),
        "waiting": len(people),
        "share_within": 1 - waiting,
        "low": 1 - float(high),
        "high": 1 - float(low),
        "likelihood": float(people["likelihood"].mean()) if len(people) else float("nan"),
    }

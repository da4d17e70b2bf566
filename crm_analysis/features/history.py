"""What one customer's events say: orders and their rhythm, deliveries, complaints, consents.

Everything here works on the events of one customer, from :func:`crm_analysis.features.timeline`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import pandas as pd

from crm_analysis.features.consents import current_consents
from crm_analysis.thresholds import RHYTHM_DAYS
from crm_analysis.warehouse import collect

__all__ = ["Consent", "History", "details", "history", "latest_consents"]

_LAST_DELIVERIES = 5


def details(text: str) -> dict[str, str]:
    """The codes of an event's ``detail``."""
    pairs = (part.partition("=") for part in text.split("; ") if part)
    return {name: value for name, _equals, value in pairs}


@dataclass(frozen=True)
class History:
    """What a customer did until a day.

    Attributes
    ----------
    orders
        Orders that stand, with money paid.
    first_order, last_order
        Their first and last day; None without one.
    revenue, returned
        Net of returns, and what was taken back (positive); in currency.
    usual_gap_days
        Median of the days between days with an order; None with fewer than three such days.
    deliveries, late
        Of the last five deliveries with a promised time: how many, and how many came after it.
    complaints, open_complaints
        All, and those not closed or answered.
    last_complaint
        Day of the last one.
    """

    orders: int
    first_order: date | None
    last_order: date | None
    revenue: float
    returned: float
    usual_gap_days: float | None
    deliveries: int
    late: int
    complaints: int
    open_complaints: int
    last_complaint: date | None

    @property
    def expected_next(self) -> date | None:
        """The day of the next order if the customer keeps to the usual gap."""
        if self.last_order is None or self.usual_gap_days is None:
            return None
        return self.last_order + timedelta(days=round(self.usual_gap_days))


def history(events: pd.DataFrame) -> History:
    """Sum up the events of one customer.

    Parameters
    ----------
    events
        Of :func:`crm_analysis.features.timeline`, of one customer, up to the day to look back from.
    """
    codes = events["detail"].map(details)
    undone = codes.map(lambda of: "undone" in of).astype(bool)
    money = events["amount"].fillna(0.0)
    is_order = (events["kind"] == "order") & (money > 0) & ~undone
    days = pd.DatetimeIndex(events.loc[is_order, "at"]).normalize().unique().sort_values()
    gaps = days.to_series().diff().dt.days.dropna()
    complaint = (events["kind"] == "feedback") & codes.map(lambda of: of.get("kind") == "complaint").astype(bool)
    state = codes[complaint].map(lambda of: of.get("state", "open"))
    last = events.loc[complaint, "at"].max()
    late = _late(events, codes)
    returns = (events["kind"] == "return") & ~undone
    return History(
        orders=int(is_order.sum()),
        first_order=days[0].date() if len(days) else None,
        last_order=days[-1].date() if len(days) else None,
        revenue=float(money[events["kind"].isin(["order", "return"])].sum()),
        returned=float(-money[returns].sum()),
        usual_gap_days=float(gaps.median()) if len(days) >= RHYTHM_DAYS else None,
        deliveries=len(late),
        late=int((late > 0).sum()),
        complaints=int(complaint.sum()),
        open_complaints=int((~state.isin(["closed", "answered"])).sum()),
        last_complaint=None if pd.isna(last) else last.date(),
    )


def _late(events: pd.DataFrame, codes: pd.Series) -> pd.Series:
    """Days late of the last deliveries that had a promised time."""
    delivered = events[events["kind"] == "delivery"].sort_values("at").index
    late = codes.loc[delivered].map(lambda of: of.get("late_days")).dropna().astype("int64")
    return late.tail(_LAST_DELIVERIES)


@dataclass(frozen=True)
class Consent:
    """The latest word on one channel and purpose."""

    channel: str
    purpose: str
    granted: bool
    since: date


def latest_consents(events: pd.DataFrame) -> list[Consent]:
    """The consents of one customer, by the rule of :func:`crm_analysis.features.consents.current_consents`."""
    rows = events[(events["kind"] == "consent") & events["at"].notna()]
    if rows.empty:
        return []
    codes = rows["detail"].map(details)
    told = pd.DataFrame(
        {
            "customer_id": "",
            "channel": rows["channel"].fillna(""),
            "purpose": codes.map(lambda of: of.get("purpose", "")),
            "granted": codes.map(lambda of: of.get("granted") == "yes"),
            "changed_at": rows["at"],
        }
    )
    latest = collect(current_consents(ibis.memtable(told), rows["at"].max().date()))
    latest = latest.sort_values(["channel", "purpose"])[["channel", "purpose", "granted", "changed_at"]]
    return [
        Consent(channel, purpose, bool(granted), at.date())
        for channel, purpose, granted, at in latest.itertuples(index=False, name=None)
    ]

"""Step 1 in words: where growth comes from, and what "left" means here."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from crm_analysis import formats as f
from crm_analysis.messages import _
from crm_analysis.models import LeavingDefinition

__all__ = [
    "from_before",
    "answer",
    "bridge_words",
    "concentration_words",
    "gap_words",
    "leaving_sentence",
    "no_gaps",
    "no_growth",
    "pareto_sentence",
    "revenue_words",
    "trait_rows",
]

_PARTS = ("new", "returning", "lost", "frequency", "basket", "price")


def _part_phrase(part: str) -> str:
    names = {
        "new": _("new customers"),
        "returning": _("customers who came back"),
        "lost": _("customers who did not come back"),
        "frequency": _("how often the same customers buy"),
        "basket": _("what they put in the basket"),
        "price": _("other prices of the same goods"),
    }
    return names[part]


def answer(bridge: pd.DataFrame, before: tuple[date, date], after: tuple[date, date], currency: str) -> str:
    """The step's answer: growth and the part that moved it most."""
    parts = bridge.set_index("part")["amount"]
    growth = float(parts["after"] - parts["before"])
    if parts["before"] <= 0:
        return _("There are no sales in {period}: growth cannot be measured yet.", period=f.date_range(*before))
    share = growth / float(parts["before"])
    if round(growth, 2) == 0:
        return _(
            "Revenue in {after} was the same as in {before}.", before=f.date_range(*before), after=f.date_range(*after)
        )
    drivers = parts[[part for part in _PARTS if part in parts]]
    driver = str((drivers if growth >= 0 else -drivers).idxmax())
    values = {
        "before": f.date_range(*before),
        "after": f.date_range(*after),
        "share": f.percent(abs(share), 1),
        "money": f.money(abs(growth), currency),
        "part": _part_phrase(driver),
        "amount": f.money(float(parts[driver]), currency, signed=True),
    }
    if growth >= 0:
        return _(
            "Revenue in {after} was {share} ({money}) above that of {before}; the largest part is {part} ({amount}).",
            **values,
        )
    return _(
        "Revenue in {after} was {share} ({money}) below that of {before}; the largest part is {part} ({amount}).",
        **values,
    )


def bridge_words(
    bridge: pd.DataFrame, before: tuple[date, date], after: tuple[date, date], currency: str
) -> dict[str, str]:
    """Title and captions of the bridge."""
    parts = bridge.set_index("part")["amount"]
    return {
        "title": _bridge_title(parts[[part for part in _PARTS if part in parts]], currency),
        "subtitle": _(
            "Revenue {before} against {after}, {currency}",
            before=f.date_range(*before),
            after=f.date_range(*after),
            currency=currency,
        ),
        "caption": _(
            "Two periods of the same length; seasons are not taken out where the data covers less than two years. "
            "The parts add up exactly."
        ),
    }


def _bridge_title(parts: pd.Series, currency: str) -> str:
    gain, loss = str(parts.idxmax()), str(parts.idxmin())
    plus, minus = f.money(float(parts[gain]), currency), f.money(abs(float(parts[loss])), currency)
    if parts[gain] <= 0 and parts[loss] >= 0:
        return _("Nothing changed between the two periods")
    if parts[loss] >= 0:
        return _("The largest gain is {gain} ({plus}); nothing was lost", gain=_part_phrase(gain), plus=plus)
    if parts[gain] <= 0:
        return _("The largest loss is {loss} ({minus}); nothing was gained", loss=_part_phrase(loss), minus=minus)
    return _(
        "The largest gain is {gain} ({plus}), the largest loss {loss} ({minus})",
        gain=_part_phrase(gain),
        plus=plus,
        loss=_part_phrase(loss),
        minus=minus,
    )


def leaving_sentence(leaving: LeavingDefinition) -> str:
    """What counts as having left, and why."""
    days = f.number(leaving.days, 0)
    if leaving.basis == "setting":
        return _("By your setting, a customer counts as having left after {days} days without a purchase.", days=days)
    if leaving.basis == "assumed":
        return _(
            "Only {n} customers bought twice, too few to read a usual gap: 'left' is assumed to mean {days} days "
            "without a purchase.",
            n=f.number(leaving.returners, 0),
            days=days,
        )
    return _(
        "A customer is presumed to have left after {days} days without a purchase: {share} of the gaps between "
        "purchases of {n} returning customers are no longer than that.",
        days=days,
        share=f.percent(leaving.returned_share),
        n=f.number(leaving.returners, 0),
    )


def gap_words(leaving: LeavingDefinition) -> dict[str, str]:
    """Title and captions of the gaps between purchases."""
    return {
        "title": _(
            "After {days} days without a purchase, a customer is presumed to have left", days=f.number(leaving.days, 0)
        ),
        "subtitle": _(
            "Days between purchases, each of {n} returning customers counted once", n=f.number(leaving.returners, 0)
        ),
        "caption": _(
            "Gaps still open at the end of the data are not in the figure, so the true gaps are a little longer."
        ),
    }


def revenue_words(revenue: pd.DataFrame, currency: str) -> dict[str, str]:
    """Title and captions of revenue per month."""
    whole = revenue[revenue["complete"]]
    if len(whole) < 2:
        title = _("Revenue per month")
    else:
        best = whole.sort_values("revenue", ascending=False).iloc[0]
        title = _(
            "{month} was the strongest month with {money}",
            month=f.month(best["month"]),
            money=f.money(best["revenue"], currency),
        )
    return {
        "title": title,
        "subtitle": _("Revenue per month net of returns, {currency}", currency=currency),
        "caption": _("Months that the data covers only in part are lighter."),
    }


def pareto_sentence(curve: pd.DataFrame) -> str:
    """How much of revenue the top fifth brings, against the common claim of 80 %."""
    top = float(np.interp(0.20, curve["customers_share"], curve["revenue_share"]))
    return _("The top 20 % of customers bring {share} of revenue; the rule of thumb says 80 %.", share=f.percent(top))


def concentration_words(curve: pd.DataFrame, customers: int) -> dict[str, str]:
    """Title and captions of the concentration of revenue."""
    top = float(np.interp(0.20, curve["customers_share"], curve["revenue_share"]))
    return {
        "title": _("A fifth of the customers brings {share} of revenue", share=f.percent(top)),
        "subtitle": _(
            "Cumulative share of revenue, customers from largest to smallest, n = {n}", n=f.number(customers, 0)
        ),
        "caption": _("Revenue net of returns; customers whose returns exceed their purchases count as zero."),
    }


def trait_rows(traits: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """The traits of the business as finished texts."""
    names = {
        "history_days": _("Days of data"),
        "leaving_days": _("Days without a purchase that count as left"),
        "median_gap_days": _("Median days between purchases"),
        "one_time_share": _("Customers with one purchase"),
        "existing_share": _("Customers already there when the data begins"),
        "order_value": _("Mean amount of a purchase"),
        "purchases_per_customer": _("Purchases per customer"),
        "seasonal_peak": _("Strongest against average month"),
    }
    rows = []
    for r in traits.to_dict("records"):
        value = f.percent(r["value"]) if r["unit"] == "share" else f.number(r["value"])
        if r["unit"] not in ("share", "days", "number"):
            value = f.money(r["value"], str(r["unit"]))
        rows.append([names.get(str(r["trait"]), str(r["trait"])), value])
    return rows, {_("Trait"): "left", _("Value"): "right"}


def no_growth() -> str:
    """Why there is no bridge."""
    return _("The data covers too short a time for two periods to be compared.")


def no_gaps() -> str:
    """Why there is no figure of gaps."""
    return _("No customer bought on two days, so there are no gaps between purchases.")


def from_before(readiness: pd.DataFrame) -> str:
    """What step 0 decided that this step uses."""
    return _(
        "From the data quality: {n} of {parts} parts of the report have the data they need.",
        n=f.number(int(readiness["ready"].sum()), 0),
        parts=f.number(len(readiness), 0),
    )

"""What customers prefer beyond chance, in words."""

from __future__ import annotations

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.labels import channel_label, segment_label
from crm_analysis.messages import _
from crm_analysis.thresholds import PERCENT_CUSTOMERS

__all__ = [
    "no_preferences",
    "preference_rows",
    "preference_sentence",
    "segment_rows",
    "segment_title",
    "stated_rows",
    "stated_sentence",
    "stated_title",
]

_MOST = 12


def _trait(trait: str) -> str:
    names = {
        "category": _("Category"),
        "brand": _("Brand"),
        "price_band": _("Price band within a category"),
        "channel": _("Channel"),
        "weekday": _("Day of the week"),
        "discount": _("Discount"),
    }
    return names[trait]


def _value(trait: str, value: str) -> str:
    days = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]
    names = {
        "low": _("lowest third"),
        "middle": _("middle third"),
        "high": _("highest third"),
        "discounted": _("at a discount"),
        "full_price": _("at full price"),
    }
    if trait == "channel":
        return channel_label(value)
    if trait == "weekday":
        return days[int(value)]
    return names.get(value, value) if trait in ("price_band", "discount") else value


def preference_sentence(profiles: pd.DataFrame, customers: int) -> str:
    """For how many customers a preference is known, and in what."""
    if profiles.empty:
        return ""
    counts = profiles.groupby("trait")["customer_id"].nunique().sort_values(ascending=False)
    return _(
        "Of {all} customers {n} have at least one preference that is more than chance; most often it is about: {trait} ({most} "
        "customers). Address these by it; for the others the habits of all are the best guess.",
        all=f.number(customers, 0),
        n=f.number(profiles["customer_id"].nunique(), 0),
        trait=_trait(str(counts.index[0])),
        most=f.number(counts.iloc[0], 0),
    )


def preference_rows(profiles: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """Preferences that most customers have, with the share of purchases they hold on average."""
    if profiles.empty:
        return [], {}
    grouped = profiles.groupby(["trait", "value"], as_index=False).agg(
        customers=("customer_id", "size"), share=("share", "mean"), usual=("usual", "first")
    )
    shown = grouped.sort_values(["customers", "trait", "value"], ascending=[False, True, True]).head(_MOST)
    rows = [
        [
            _trait(str(r["trait"])),
            _value(str(r["trait"]), str(r["value"])),
            f.number(r["customers"], 0),
            f.percent(r["share"], 0) if r["customers"] >= PERCENT_CUSTOMERS else "–",
            f.percent(r["usual"], 0),
        ]
        for r in shown.to_dict("records")
    ]
    heads = {
        _("Trait"): "left",
        _("Preferred"): "left",
        _("Customers"): "right",
        _("Their share"): "right",
        _("Share of all customers"): "right",
    }
    return rows, heads


def no_preferences() -> str:
    """Why no preferences are listed."""
    return _(
        "No customer differs from all others by more than chance, in what, where or when they buy. Tables products and columns "
        "order_lines.product_id, channel and discount would show more."
    )


def segment_title() -> str:
    """What the folded table by segment shows."""
    return _("What the customers of each segment prefer more often than all customers")


def segment_rows(found: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """The two strongest preferences of each segment."""
    rows = [
        [
            segment_label(str(r["segment"])),
            _trait(str(r["trait"])),
            _value(str(r["trait"]), str(r["value"])),
            f.number(r["customers"], 0),
            f.percent(r["share"], 1),
            f.percent(r["usual"], 1),
        ]
        for _name, part in found.groupby("segment")
        for r in part.head(2).to_dict("records")
    ]
    heads = {
        _("Segment"): "left",
        _("Trait"): "left",
        _("Preferred"): "left",
        _("Customers"): "right",
        _("Of the segment"): "right",
        _("Of all customers"): "right",
    }
    return rows, heads


def stated_title() -> str:
    """What the folded table of statements shows."""
    return _("What was stated, and what purchases show")


def stated_sentence(found: pd.DataFrame | None) -> str:
    """How often purchases show what was stated."""
    if found is None:
        return ""
    n, same, other = (int(found[name].sum()) for name in ("customers", "observed", "other"))
    return _(
        "Of {n} statements about goods, purchases show the same for {same} and something else for {other}; for the rest they show no "
        "preference beyond chance.",
        n=f.number(n, 0),
        same=f.number(same, 0),
        other=f.number(other, 0),
    )


def stated_rows(found: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """Statements as finished texts."""
    rows = [
        [
            str(r["topic"]),
            _value(str(r["trait"]), str(r["value"])),
            f.number(r["customers"], 0),
            f.number(r["observed"], 0),
            f.number(r["other"], 0),
        ]
        for r in found.head(_MOST).to_dict("records")
    ]
    heads = {
        _("About"): "left",
        _("Stated"): "left",
        _("Customers"): "right",
        _("Purchases show it"): "right",
        _("They show another"): "right",
    }
    return rows, heads

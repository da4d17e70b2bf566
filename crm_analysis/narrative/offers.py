"""Step 4 in words: who gets what, and how much to spend."""

from __future__ import annotations

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.labels import channel_label, reason_label, segment_label
from crm_analysis.messages import _

__all__ = [
    "answer",
    "catalogue_sentence",
    "curve_words",
    "from_before",
    "gap_sentence",
    "kind_label",
    "none_pays",
    "offer_label",
    "offer_rows",
]


def offer_label(name: str) -> str:
    """Name of an offer of the starter catalogue; an offer of the shop keeps its own."""
    names = {
        "message_only": _("Message without an offer"),
        "coupon_10": _("10 % coupon"),
        "product_advice": _("Advice to find the right product"),
        "free_delivery": _("Free delivery or pick-up"),
        "early_access": _("Early access"),
        "none": _("Nothing"),
    }
    return names.get(name, name)


def kind_label(kind: str) -> str:
    """Kind of benefit."""
    names = {
        "money": _("money"),
        "service": _("service"),
        "convenience": _("convenience"),
        "status": _("status"),
        "mixed": _("several kinds"),
        "unknown": _("not recorded"),
        "none": _("none"),
    }
    return names.get(kind, kind)


def answer(decisions: pd.DataFrame, currency: str) -> str:
    """The step's answer: how many get an offer, for how much."""
    taken = decisions[decisions["offer"] != "none"]
    if taken.empty:
        return _("Nobody gets a contact: under the assumed effects none pays within the budget and your decisions.")
    priced = taken[taken["offer"] != "message_only"]
    if len(taken) == len(decisions):
        return _(
            "All {n} customers get a contact, {offers} of them with an offer, for {cost}: under the assumed effects some "
            "contact would pay for everyone.",
            n=f.number(len(taken), 0),
            offers=f.number(len(priced), 0),
            cost=f.money(float(taken["cost"].sum()), currency),
        )
    return _(
        "{n} of {all} customers get a contact, {offers} of them with an offer, for {cost}. Left alone: {rest}.",
        n=f.number(len(taken), 0),
        all=f.number(len(decisions), 0),
        offers=f.number(len(priced), 0),
        cost=f.money(float(taken["cost"].sum()), currency),
        rest=_left_alone(decisions),
    )


def _left_alone(decisions: pd.DataFrame) -> str:
    """How many get nothing, by reason: "12 (nothing pays), 3 (beyond the budget)"."""
    reasons = decisions.loc[decisions["offer"] == "none", "reason"].value_counts()
    return ", ".join(
        _("{n} ({reason})", n=f.number(count, 0), reason=reason_label(str(code)).lower())
        for code, count in reasons.items()
    )


def catalogue_sentence(*, starter: bool, offers_known: int) -> str:
    """Whose catalogue it is."""
    if not starter:
        return _("The offers are those of your settings.")
    if offers_known:
        return _(
            "Your table of offers ({n} rows) is not used yet: a starter catalogue with assumed costs and effects stands in. "
            "List your offers under [[decisions.offers]] in crm.toml to replace it.",
            n=f.number(offers_known, 0),
        )
    return _(
        "No offers are given, so a starter catalogue with assumed costs and effects is used. List your offers under "
        "[[decisions.offers]] in crm.toml to replace it."
    )


def gap_sentence(gap: float) -> str:
    """How far the choice is from the best possible."""
    return _(
        "No other choice within the budget could bring more than {share} more, under the same assumptions.",
        share=f.percent(gap, 2),
    )


def curve_words(recommended: float, currency: str) -> dict[str, str]:
    """Title and captions of the budget curve."""
    return {
        "title": _(
            "Beyond {money}, more money would bring little more, if the assumptions hold",
            money=f.money(recommended, currency),
        ),
        "subtitle": _("Assumed extra profit against cost of contacts and offers, {currency}", currency=currency),
        "caption": _("Band: effects half and one and a half times as strong as assumed. Nothing here is measured."),
    }


def offer_rows(decisions: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Offers per segment as finished texts."""
    taken = decisions[decisions["offer"] != "none"]
    grouped = taken.groupby(["segment", "offer", "kind", "channel"], as_index=False).agg(
        customers=("customer_id", "size"), cost=("cost", "sum")
    )
    rows = [
        [
            segment_label(str(r["segment"])),
            offer_label(str(r["offer"])),
            kind_label(str(r["kind"])),
            channel_label(str(r["channel"])),
            f.number(r["customers"], 0),
            f.money(r["cost"], currency, "table"),
        ]
        for r in grouped.sort_values("customers", ascending=False).to_dict("records")
    ]
    heads = {
        _("Segment"): "left",
        _("Offer"): "left",
        _("Kind"): "left",
        _("Channel"): "left",
        _("Customers"): "right",
        _("Expected cost"): "right",
    }
    return rows, heads


def from_before(strategies: pd.DataFrame) -> str:
    """What step 3 decided that this step uses."""
    chosen = strategies[strategies["chosen"]]
    return _(
        "From the direction: a strategy for {n} segments with {customers} customers.",
        n=f.number(len(chosen), 0),
        customers=f.number(int(chosen["customers"].sum()), 0),
    )


def none_pays() -> str:
    """Why there is no budget curve."""
    return _("Under the assumed effects no offer pays, so there is nothing to spend money on.")

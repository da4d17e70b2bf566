"""First orders that mark good customers, who could use us more, and what is bought together, in words."""

from __future__ import annotations

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.features import EARLY_DAYS, FOLLOWED_DAYS
from crm_analysis.labels import channel_label, segment_label
from crm_analysis.messages import _, plural
from crm_analysis.models import EarlyTraits
from crm_analysis.thresholds import EARLY_CUSTOMERS

__all__ = [
    "early_rows",
    "early_sentence",
    "new_rows",
    "new_title",
    "no_early",
    "no_pairs",
    "no_usage",
    "pair_rows",
    "pair_sentence",
    "trait_name",
    "usage_rows",
    "usage_sentence",
]

_MOST = 12


def trait_name(trait: str, value: str) -> str:
    """A trait of a beginning, such as "First category: Drinks"."""
    names = {
        "first_amount": _("High amount of the first order"),
        "first_lines": _("Many lines on the first order"),
        "discounted": _("First order at a discount"),
        "again": _("Ordered again within {days} days", days=EARLY_DAYS),
        "weekend": _("First order at the weekend"),
        "referred": _("Brought by another customer"),
        "returned": _("Sent something back within {days} days", days=EARLY_DAYS),
    }
    if trait in names:
        return names[trait]
    texts = {
        "channel": _("First channel: {value}", value=channel_label(value)),
        "category": _("First category: {value}", value=value),
        "source": _("Source: {value}", value=value),
    }
    return texts.get(trait, trait)


def early_sentence(found: EarlyTraits | None) -> str:
    """Which beginning goes with the most later sales, and whether it tells beforehand."""
    if found is None:
        return ""
    named = found.traits[found.traits["named"] & (found.traits["ratio"] > 1)]
    first = (
        _("No trait of a beginning goes with higher later sales beyond chance.")
        if named.empty
        else _(
            "What marks good customers most: {trait}; they buy {ratio} times as much in the {days} days after the first {early}, "
            "at otherwise equal beginnings.",
            trait=trait_name(str(named.iloc[0]["trait"]), str(named.iloc[0]["value"])),
            ratio=f.number(named.iloc[0]["ratio"], 1),
            days=f.number(FOLLOWED_DAYS, 0),
            early=f.number(EARLY_DAYS, 0),
        )
    )
    values = {
        "n": f.number(found.held, 0),
        "lift": f.number(found.lift, 1),
        "alone": f.number(found.lift_alone, 1),
        "gini": f.number(found.gini, 2),
        "gini_alone": f.number(found.gini_alone, 2),
    }
    if found.beats:
        second = _(
            "Held against {n} newer customers: the tenth ranked highest brought {lift} times their share of later sales; by the "
            "first amount alone {alone} times (Gini {gini} and {gini_alone}). New customers are scored with it.",
            **values,
        )
    else:
        second = _(
            "Held against {n} newer customers it ranks no better than the first amount alone (Gini {gini} and {gini_alone}): new "
            "customers are scored by the amount.",
            **values,
        )
    return f"{first} {second}"


def early_rows(found: EarlyTraits | None) -> tuple[list[list[str]], dict[str, str]]:
    """Traits of beginnings with their ratios."""
    if found is None:
        return [], {}
    rows = [
        [
            trait_name(str(r["trait"]), str(r["value"])),
            f.number(r["customers"], 0),
            _(
                "{value} (90 %: {low} to {high})",
                value=f.number(r["ratio"], 2),
                low=f.number(r["low"], 2),
                high=f.number(r["high"], 2),
            ),
            _("more than chance") if r["named"] else _("chance is enough"),
        ]
        for r in found.traits.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Beginning"): "left",
        _("Customers"): "right",
        _("Times the later sales"): "right",
        _("Finding"): "left",
    }
    return rows, heads


def no_early() -> str:
    """Why beginnings are not looked at."""
    return _(
        "Beginnings need {n} new customers who were first seen at least {days} days ago, and who were not there before the data "
        "begins.",
        n=f.number(EARLY_CUSTOMERS, 0),
        days=f.number(EARLY_DAYS + FOLLOWED_DAYS, 0),
    )


def new_title() -> str:
    """What the folded table is about."""
    return _("New customers who promise most")


def new_rows(found: EarlyTraits | None, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """The new customers ranked highest."""
    if found is None:
        return [], {}
    rows = [
        [str(r["customer_id"]), f.date(r["first_day"]), f.money(r["expected_sales"], currency, "table")]
        for r in found.scores.head(_MOST).to_dict("records")
    ]
    return rows, {_("Customer"): "left", _("First order"): "right", _("Expected later sales"): "right"}


def usage_sentence(found: pd.DataFrame, currency: str) -> str:
    """How many lag behind their own pace, and what that is worth."""
    if found.empty:
        return ""
    return plural(
        "{n} customer buys less often than half a year before, by more than chance and season explain, without having left. At "
        "their own pace they would bring {money} more profit in half a year: this is room, not what a contact earns.",
        "{n} customers buy less often than half a year before, by more than chance and season explain, without having left. At "
        "their own pace they would bring {money} more profit in half a year: this is room, not what a contact earns.",
        len(found),
        money=f.money(float(found["headroom"].sum()), currency),
    )


def usage_rows(found: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Who lags most."""
    rows = [
        [
            str(r["customer_id"]),
            segment_label(str(r["segment"])),
            f.number(r["before"], 0),
            f.number(r["now"], 0),
            f.money(r["headroom"], currency, "table"),
        ]
        for r in found.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Customer"): "left",
        _("Segment"): "left",
        _("Orders, half-year before"): "right",
        _("Orders, last half-year"): "right",
        _("Room in profit"): "right",
    }
    return rows, heads


def no_usage() -> str:
    """Why nobody is listed."""
    return _("Nobody buys less often than half a year before beyond what chance and season explain.")


def pair_sentence(pairs: pd.DataFrame) -> str:
    """The pair that goes together most."""
    if pairs.empty:
        return ""
    first = pairs.iloc[0]
    ordered = int((pairs["first"] != "").sum())
    text = plural(
        "{n} pair of products goes into one basket more often than chance puts it there; most of all {one} with {other}, {lift} "
        "times as often (90 %: {low} to {high}).",
        "{n} pairs of products go into one basket more often than chance puts them there; most of all {one} with {other}, {lift} "
        "times as often (90 %: {low} to {high}).",
        len(pairs),
        one=str(first["item_name"]),
        other=str(first["other_name"]),
        lift=f.number(first["lift"], 1),
        low=f.number(first["low"], 1),
        high=f.number(first["high"], 1),
    )
    if not ordered:
        return f"{text} " + _("In none of them one product clearly comes first.")
    return f"{text} " + plural(
        "In {n} of them one product clearly comes first: offer the other one afterwards.",
        "In {n} of them one product clearly comes first: offer the other one afterwards.",
        ordered,
    )


def pair_rows(pairs: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """Pairs as finished texts."""
    rows = []
    for r in pairs.head(_MOST).to_dict("records"):
        names = {str(r["item"]): str(r["item_name"]), str(r["other"]): str(r["other_name"])}
        rows.append(
            [
                str(r["item_name"]),
                str(r["other_name"]),
                f.number(r["baskets"], 0),
                f.percent(r["support"], 2),
                _(
                    "{value} (90 %: {low} to {high})",
                    value=f.number(r["lift"], 2),
                    low=f.number(r["low"], 2),
                    high=f.number(r["high"], 2),
                ),
                names.get(str(r["first"]), "–"),
            ]
        )
    heads = {
        _("Product"): "left",
        _("With"): "left",
        _("Baskets"): "right",
        _("Of all baskets"): "right",
        _("Times chance"): "right",
        _("Comes first"): "left",
    }
    return rows, heads


def no_pairs() -> str:
    """Why no pairs are listed."""
    return _("No two products go into one basket more often than chance puts them there (or lines name no products).")

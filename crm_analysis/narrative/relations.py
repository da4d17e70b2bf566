"""Members who wait, businesses, households, recommendations, and who is worth keeping, in words."""

from __future__ import annotations

import math

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.decisions import Assumptions
from crm_analysis.features import Referrals, WaitingMembers
from crm_analysis.labels import segment_label
from crm_analysis.messages import _, plural
from crm_analysis.thresholds import PERCENT_CUSTOMERS

__all__ = [
    "business_rows",
    "business_sentence",
    "household_rows",
    "household_sentence",
    "keep_rows",
    "keep_sentence",
    "no_business",
    "no_households",
    "no_keeping",
    "no_referrals",
    "no_waiting",
    "referral_sentence",
    "referrer_rows",
    "waiting_rows",
    "waiting_sentence",
]

_MOST = 10


def keep_sentence(listed: pd.DataFrame, assumptions: Assumptions, currency: str) -> str:
    """How much of the good customers' value is at risk, and what saving one may cost."""
    if listed.empty:
        return _("No good customer looks likely to leave: there is nobody to be kept with a measure of their own.")
    share = assumptions.effects["retain"]
    return plural(
        "{n} good customer may leave, with {money} of value at risk. If a contact saves {share} of them (assumed), it may cost "
        "up to {limit} each on average; whom it costs more, leave alone.",
        "{n} good customers may leave, with {money} of value at risk. If a contact saves {share} of them (assumed), it may "
        "cost up to {limit} each on average; whom it costs more, leave alone.",
        len(listed),
        money=f.money(float(listed["value_at_risk"].sum()), currency),
        share=f.percent(share),
        limit=f.money(float(listed["spend_limit"].mean()), currency),
    )


def keep_rows(table: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Who is worth keeping, by segment, as finished texts."""
    rows = [
        [
            segment_label(str(r["segment"])),
            f.number(r["customers"], 0),
            f.money(r["value"], currency, "table"),
            f.money(r["value_at_risk"], currency, "table"),
            f.money(r["spend_limit"], currency, "table"),
        ]
        for r in table.to_dict("records")
    ]
    heads = {
        _("Segment"): "left",
        _("Customers"): "right",
        _("Value (12 months)"): "right",
        _("Value at risk"): "right",
        _("A contact may cost"): "right",
    }
    return rows, heads


def no_keeping() -> str:
    """Why there is no list of customers to keep."""
    return _("No good customer has a probability of leaving between 25 and 90 %.")


def waiting_sentence(found: WaitingMembers | None) -> str:
    """How many registered without ordering, and how likely an order still is."""
    if found is None:
        return ""
    n = len(found.members)
    if not n:
        return _("Everybody who registered since the data begins has ordered.")
    expected = float(found.members["likelihood"].sum())
    return plural(
        "{n} member registered and has not ordered yet; of all of them about {expected} will order within {days} days "
        "anyway. Begin with those on top of the list: they registered lately.",
        "{n} members registered and have not ordered yet; about {expected} of them will order within {days} days anyway. "
        "Begin with those on top of the list: they registered lately.",
        n,
        expected=f.number(expected, 0),
        days=f.number(found.horizon_days, 0),
    )


def waiting_rows(found: WaitingMembers | None) -> tuple[list[list[str]], dict[str, str]]:
    """Sources of registrations as finished texts."""
    if found is None:
        return [], {}
    rows = [
        [
            str(r["source"]) or _("not stated"),
            f.number(r["registered"], 0),
            f.percent_interval(r["share_within"], r["low"], r["high"]) if r["registered"] >= PERCENT_CUSTOMERS else "–",
            f.number(r["waiting"], 0),
            "–" if math.isnan(r["likelihood"]) else f.percent(r["likelihood"]),
        ]
        for r in found.by_source.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Source"): "left",
        _("Registered"): "right",
        _("Order within {days} days", days=f.number(found.horizon_days, 0)): "right",
        _("Still without an order"): "right",
        _("Of these, will order"): "right",
    }
    return rows, heads


def no_waiting() -> str:
    """What is needed to know who registered without ordering."""
    return _(
        "Who registered without ordering needs the table customers with joined_at (crm-analysis template customers): it tells "
        "whom a first offer could win."
    )


def business_sentence(accounts: pd.DataFrame, revenue: float, currency: str) -> str:
    """How many customers buy like businesses, and what share of revenue hangs on them."""
    if accounts.empty:
        return ""
    mine = float(accounts["revenue"].sum())
    return plural(
        "{n} customer buys like a business: far more pieces an order than others, again and again. It brought {money} in the "
        "last year, {share} of revenue. Look after it in person and leave it out of what is planned for consumers.",
        "{n} customers buy like businesses: far more pieces an order than others, again and again. They brought {money} in "
        "the last year, {share} of revenue. Look after them in person and leave them out of what is planned for consumers.",
        len(accounts),
        money=f.money(mine, currency),
        share=f.percent(mine / revenue if revenue > 0 else 0.0),
    )


def business_rows(accounts: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Customers who buy like businesses as finished texts."""
    rows = [
        [
            str(r["customer_id"]),
            f.number(r["orders"], 0),
            f.number(r["pieces_per_order"], 0),
            f.money(r["order_value"], currency, "table"),
            f.number(r["usual_gap_days"], 0),
            f.money(r["revenue"], currency, "table"),
        ]
        for r in accounts.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Customer"): "left",
        _("Orders a year"): "right",
        _("Pieces per order"): "right",
        _("Amount per order"): "right",
        _("Days between orders"): "right",
        _("Revenue of the last year"): "right",
    }
    return rows, heads


def no_business() -> str:
    """Why nobody is listed as a business."""
    return _("Nobody buys far more pieces an order than others (or the lines have no quantity).")


def household_sentence(homes: pd.DataFrame | None) -> str:
    """How many customers share a household, and what share of value they hold."""
    if homes is None:
        return ""
    several = homes[homes["size"] > 1]
    if several.empty:
        return _("No two customers share a household.")
    return _(
        "{n} of {all} customers with a known household share it with another customer, and hold {share} of the value of these "
        "customers: one letter per household is enough for them.",
        n=f.number(several["customers"].sum(), 0),
        all=f.number(homes["customers"].sum(), 0),
        share=f.percent(float(several["value"].sum() / homes["value"].sum()) if homes["value"].sum() > 0 else 0.0),
    )


def household_rows(homes: pd.DataFrame | None, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Households by size as finished texts."""
    if homes is None:
        return [], {}
    rows = [
        [
            f.number(r["size"], 0),
            f.number(r["households"], 0),
            f.number(r["customers"], 0),
            f.money(r["profit"], currency, "table"),
            f.money(r["profit"] / r["households"], currency, "table"),
        ]
        for r in homes.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Customers in it"): "right",
        _("Households"): "right",
        _("Customers"): "right",
        _("Profit so far"): "right",
        _("Profit per household"): "right",
    }
    return rows, heads


def no_households() -> str:
    """What is needed to see households."""
    return _("Households need the column customers.household_id: they show whom one contact reaches together.")


def referral_sentence(found: Referrals | None, currency: str) -> str:
    """How many came through others, and whether they are worth more."""
    if found is None:
        return ""
    s = found.summary
    first = plural(
        "{n} customer was brought by another one.",
        "{n} customers were brought by {referrers} others.",
        int(s["referred"]),
        referrers=f.number(s["referrers"], 0),
    )
    return f"{first} {_worth_of_brought(s, currency)}"


def _worth_of_brought(s: pd.Series, currency: str) -> str:
    """Whether new customers whom others brought are worth more than other new ones."""
    if math.isnan(s["difference"]) or s["compared"] < PERCENT_CUSTOMERS:
        return _("Too few of them are new to say what they are worth.")
    money = f.money_interval(s["difference"], s["low"], s["high"], currency)
    if s["low"] > 0:
        return _("They are worth more than other new customers: {money} each over twelve months.", money=money)
    if s["high"] < 0:
        return _("They are worth less than other new customers: {money} each over twelve months.", money=money)
    return _(
        "Whether they are worth more than other new customers cannot be told: the difference is {money} each over twelve "
        "months.",
        money=money,
    )


def referrer_rows(found: Referrals | None, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Those who brought most value as finished texts."""
    if found is None:
        return [], {}
    rows = [
        [
            str(r["customer_id"]),
            f.number(r["brought"], 0),
            f.number(r["brought_in_all"], 0),
            "–" if math.isnan(r["own_value"]) else f.money(r["own_value"], currency, "table"),
            f.money(r["brought_value"], currency, "table"),
        ]
        for r in found.referrers.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Customer"): "left",
        _("Brought"): "right",
        _("Brought, with theirs"): "right",
        _("Own value"): "right",
        _("Value of those brought"): "right",
    }
    return rows, heads


def no_referrals() -> str:
    """What is needed to see recommendations."""
    return _(
        "Recommendations need the column customers.referrer_id: it shows who brings others, and what these are worth."
    )

"""What is said about customers everywhere, and what the shop's own data says to it, in words."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.messages import _, plural
from crm_analysis.thresholds import CLAIM_CUSTOMERS, CLAIM_DAYS

__all__ = [
    "claim_label",
    "claim_rows",
    "claims_sentence",
    "definition_rows",
    "definition_title",
    "luck_sentence",
    "point_sentence",
]

Row = Mapping[Hashable, Any]


def claim_label(code: str) -> str:
    """The claim as it is said."""
    names = {
        "top_fifth": _("One customer of the best fifth brings as much as 16 others"),
        "top_fifth_next": _("The same customers in the year after"),
        "win_against_keep": _("Winning a customer costs five times what keeping one costs"),
        "annual_loss": _("15 to 20 % of customers leave every year"),
        "retention_point": _("A little more retention earns much more: one point, over three years"),
    }
    return names.get(code, code)


def _why(row: Row) -> str:
    reasons = {
        "days": _("cannot be said: the data is too short, two years of {days} days are needed", days=CLAIM_DAYS)
        if row["claim"] != "top_fifth"
        else _("cannot be said: the data is too short, {days} days are needed", days=CLAIM_DAYS),
        "customers": _(
            "cannot be said: {n} customers, at least {need} are needed",
            n=f.number(row["customers"], 0),
            need=f.number(CLAIM_CUSTOMERS, 0),
        ),
        "marketing_spend": _(
            "cannot be said: needs marketing_spend with purpose acquisition (crm-analysis template marketing_spend)"
        ),
        "spend_on_keeping": _(
            "cannot be said: nothing is known of what keeping costs (contacts.cost, offers.cost, or marketing_spend with "
            "purpose retention)"
        ),
    }
    return reasons.get(str(row["missing"]), str(row["missing"]))


def _value(row: Row, currency: str) -> str:
    if row["claim"] == "annual_loss":
        return f.percent_interval(row["value"], row["low"], row["high"])
    if row["claim"] == "retention_point":
        return f.money_interval(row["value"], row["low"], row["high"], currency)
    return _(
        "{value} times (90 %: {low} to {high})",
        value=f.number(row["value"], 1),
        low=f.number(row["low"], 1),
        high=f.number(row["high"], 1),
    )


def _verdict(row: Row) -> str:
    """How the number here stands to what is said."""
    if row["claim"] == "annual_loss":
        low, high = 0.15, 0.20
    elif row["claim"] == "retention_point":
        return _("earns more") if row["low"] > 0 else _("may earn nothing")
    elif row["claim"] == "top_fifth_next":
        return _("more than the others") if row["low"] > 1 else _("no more than the others, as far as can be told")
    else:
        low = high = row["stated"]
    if row["high"] < low:
        return _("less than is said")
    if row["low"] > high:
        return _("more than is said")
    return _("as is said, within the interval")


def claim_rows(found: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Claims as finished texts."""
    rows = []
    for row in found.to_dict("records"):
        known = not row["missing"]
        rows.append(
            [
                claim_label(str(row["claim"])),
                _value(row, currency) if known else "–",
                f.number(row["customers"], 0) if known else "–",
                _verdict(row) if known else _why(row),
            ]
        )
    heads = {_("It is said"): "left", _("Here"): "left", _("Customers"): "right", _("Finding"): "left"}
    return rows, heads


def _of(found: pd.DataFrame, code: str) -> Row | None:
    rows = found[(found["claim"] == code) & (found["missing"] == "")].to_dict("records")
    return rows[0] if rows else None


def definition_rows() -> tuple[list[list[str]], dict[str, str]]:
    """How each number is reckoned, and from which tables."""
    meanings = {
        "top_fifth": (
            _(
                "Mean revenue of the best fifth of the last year's customers, chosen by revenue, over the mean of the others. "
                "Interval: Lorenz ordinate, Beach and Davidson 1983."
            ),
            _("order_lines"),
        ),
        "top_fifth_next": (
            _(
                "The best fifth of the year before, and what the same customers brought in the last year; who left counts as 0."
            ),
            _("order_lines"),
        ),
        "win_against_keep": (
            _(
                "Money spent on acquisition per new customer, over contacts, offers and money spent on retention per customer "
                "of both years. Averages: what the next customer costs is another question. Interval: number of customers; "
                "the money is taken as it was."
            ),
            _("marketing_spend, contacts, redemptions, offers"),
        ),
        "annual_loss": (
            _("Customers of the year before who bought nothing in the last year. Interval: Wilson."),
            _("order_lines"),
        ),
        "retention_point": (
            _(
                "Customers of the last year × profit per customer and year × the years that retention adds, discounted: "
                "Gupta, Lehmann and Stuart 2004, over three years. Interval: errors of retention and of profit."
            ),
            _("order_lines, contacts, redemptions"),
        ),
    }
    rows = [[claim_label(code), meaning, tables] for code, (meaning, tables) in meanings.items()]
    return rows, {_("It is said"): "left", _("Here this means"): "left", _("From"): "left"}


def definition_title() -> str:
    """What the folded table is about."""
    return _("How each of these numbers is reckoned")


def claims_sentence(found: pd.DataFrame) -> str:
    """How many of the claims hold here."""
    known = [row for row in found.to_dict("records") if not row["missing"] and not math.isnan(row["stated"])]
    if not known:
        return _("Of what is said about customers, this data can confirm or contradict nothing yet.")
    hold = sum(_verdict(row) == _("as is said, within the interval") for row in known)
    return plural(
        "{n} figure that is said everywhere can be checked here; {hold} holds.",
        "{n} figures that are said everywhere can be checked here; {hold} of them hold.",
        len(known),
        hold=f.number(hold, 0),
    )


def luck_sentence(found: pd.DataFrame) -> str:
    """How much of yesterday's top was luck; empty where it cannot be said."""
    now, later = _of(found, "top_fifth"), _of(found, "top_fifth_next")
    if now is None or later is None:
        return ""
    values = {"now": f.number(now["value"], 1), "later": f.number(later["value"], 1)}
    if later["high"] < now["low"]:
        return _(
            "One of the best fifth brought {now} times as much as one of the others; but those of the year before bring only "
            "{later} times as much now: part of being at the top was luck or time. Plans should reckon with the second number.",
            **values,
        )
    return _(
        "One of the best fifth brought {now} times as much as one of the others, and those of the year before still bring "
        "{later} times as much: the top lasts.",
        **values,
    )


def point_sentence(found: pd.DataFrame, currency: str) -> str:
    """What a point of retention may cost; empty where it cannot be said."""
    row = _of(found, "retention_point")
    if row is None:
        return ""
    each = float(row["value"]) / max(int(row["customers"]), 1)
    return _(
        "One point more of retention is worth {money} over three years, if those who stay bring as much as the others: a "
        "programme for all {n} customers of the last year may cost up to {each} each.",
        money=f.money_interval(row["value"], row["low"], row["high"], currency),
        n=f.number(row["customers"], 0),
        each=f.money(each, currency),
    )

"""Who is about to leave and why, in words that somebody in the shop could say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.labels import segment_label
from crm_analysis.messages import _, plural
from crm_analysis.models import LeavingCheck
from crm_analysis.thresholds import LEAVING_CUSTOMERS, LEAVING_EVENTS, PERCENT_CUSTOMERS

__all__ = [
    "at_risk_rows",
    "calibration_words",
    "driver_label",
    "driver_rows",
    "drivers_sentence",
    "group_rows",
    "group_title",
    "no_check",
    "no_model",
    "reason_text",
    "scorecard_rows",
    "way_label",
    "ways_sentence",
    "who_sentence",
]

Row = Mapping[Any, Any]
_MOST = 10


def way_label(code: str) -> str:
    """Name of a way to tell who leaves."""
    names = {
        "additive": _("Habits and experiences"),
        "purchases_model": _("Model of purchases"),
        "recency": _("Days since the last order"),
        "base_rate": _("The same share for all"),
    }
    return names.get(code, code)


def driver_label(code: str) -> str:
    """Something that customers live through, or a sign of leaving, as a name."""
    names = {
        "late_deliveries": _("Late deliveries"),
        "slow_complaints": _("Slow answers to complaints"),
        "price_increases": _("Goods became dearer"),
        "low_satisfaction": _("Low scores given"),
        "store_loses_others": _("The store loses customers"),
        "store_visits": _("Buys in stores"),
        "discount_share": _("Buys at a discount"),
        "returned_share": _("Sends much back"),
        "messages_opened": _("Opens messages"),
        "waiting": _("Waits longer than usual"),
        "fewer_orders": _("Orders less often"),
        "spends_less": _("Spends less per order"),
    }
    return names.get(code, code)


def reason_text(row: Row) -> str:
    """One reason of one customer, as somebody in the shop would say it."""
    values = {
        "amount": f.number(row["amount"], 0),
        "usual": f.number(max(float(row["usual"]), 1.0), 0),
        "share": f.percent(abs(float(row["amount"]))),
    }
    texts = {
        "late_deliveries": _("A delivery came late."),
        "slow_complaints": _("Waited long for an answer to a complaint."),
        "price_increases": _("What they buy became {share} dearer in half a year.", **values),
        "low_satisfaction": _("Gave lower scores than others."),
        "store_loses_others": _("Their store is losing other customers, too."),
        "store_visits": _("Buys in stores."),
        "discount_share": _("Buys {share} below the full price.", **values),
        "returned_share": _("Sent {share} back.", **values),
        "messages_opened": _("Opens {share} of messages.", **values),
        "waiting": _("Last order {amount} days ago, usually every {usual} days.", **values),
        "fewer_orders": _("Orders {share} less often than half a year ago.", **values),
        "spends_less": _("Spends {share} less per order than usual.", **values),
    }
    return texts.get(str(row["reason"]), str(row["reason"]))


def ways_sentence(check: LeavingCheck | None) -> str:
    """Which way of telling won, and how surely, on a day that took no part in the choice."""
    if check is None:
        return ""
    card = check.scorecard.set_index("way")
    best = str(card.drop(check.winner)["log_loss"].idxmin())
    row = card.loc[best]
    values = {
        "winner": way_label(check.winner),
        "other": way_label(best),
        "days": f.number(check.leaving_days, 0),
        "split": f.date(check.split),
        "n": f.number(check.customers, 0),
        "share": f.percent(check.left_share),
        "difference": f.number_interval(row["difference"], row["low"], row["high"]),
    }
    told = _(
        "On {split} {n} customers were active; {share} of them bought nothing in the {days} days after. '{winner}' was closest "
        "on earlier days.",
        **values,
    )
    if row["low"] > 0:
        return f"{told} " + _(
            "On this day, too, it beat all others and is used; the next was '{other}', worse by {difference} in log loss.",
            **values,
        )
    if row["high"] < 0:
        return f"{told} " + _(
            "On this day, however, '{other}' did better, by {difference} in log loss: the probability stays that of the model "
            "of purchases.",
            **values,
        )
    return f"{told} " + _(
        "On this day no difference from '{other}' can be told ({difference} in log loss), so it is used.",
        **values,
    )


def who_sentence(scores: pd.DataFrame, check: LeavingCheck | None, currency: str) -> str:
    """How many active customers are more likely to leave than to stay, and what is at stake."""
    if check is None:
        return ""
    active = scores[scores["customer_id"].isin(check.now["customer_id"])]
    risky = active[active["probability_leaving"] >= 0.5]
    return plural(
        "{n} of {all} active customers is more likely to leave than to stay, with {money} of value at risk.",
        "{n} of {all} active customers are more likely to leave than to stay, with {money} of value at risk.",
        len(risky),
        all=f.number(len(active), 0),
        money=f.money(float(risky["value_at_risk"].sum()), currency),
    )


def no_check(leaving_days: int) -> str:
    """Why leaving was not checked against the past."""
    return _(
        "Ways of telling who leaves cannot be compared: that needs five times {days} days of data, {customers} active "
        "customers on each day, and {events} of them who left and who stayed. The probability comes from the model of "
        "purchases.",
        days=f.number(leaving_days, 0),
        customers=f.number(LEAVING_CUSTOMERS, 0),
        events=f.number(LEAVING_EVENTS, 0),
    )


def scorecard_rows(check: LeavingCheck | None) -> tuple[list[list[str]], dict[str, str]]:
    """Ways of telling who leaves, by their errors on the last day."""
    if check is None:
        return [], {}
    rows = [
        [
            way_label(str(r["way"])) + (" ✓" if r["winner"] else ""),
            f.number(r["log_loss"], 4),
            f.number_interval(r["difference"], r["low"], r["high"]) if not r["winner"] else "–",
            f.number(r["auc"], 3),
            f.number(r["brier"], 4),
            "–" if pd.isna(r["slope"]) else f.number(r["slope"], 2),
            f.number(r["chosen_loss"], 4),
        ]
        for r in check.scorecard.to_dict("records")
    ]
    heads = {
        _("Way to tell"): "left",
        _("Log loss"): "right",
        _("More than the chosen one"): "right",
        _("AUC"): "right",
        _("Brier"): "right",
        _("Slope of calibration"): "right",
        _("Log loss on earlier days"): "right",
    }
    return rows, heads


def calibration_words(check: LeavingCheck) -> dict[str, str]:
    """Title and captions of stated against observed shares."""
    inside = check.calibration["predicted"].between(check.calibration["low"], check.calibration["high"])
    return {
        "title": _(
            "{inside} of {all} groups left as often as was said",
            inside=f.number(int(inside.sum()), 0),
            all=f.number(len(inside), 0),
        ),
        "subtitle": _(
            "Stated probability of leaving and observed share, {days} days after {split}, n = {n}",
            days=f.number(check.leaving_days, 0),
            split=f.date(check.split),
            n=f.number(check.customers, 0),
        ),
        "caption": _("Left: no purchase in these days, among customers who had bought in as many days before."),
    }


def drivers_sentence(check: LeavingCheck | None) -> str:
    """What goes with leaving, as association."""
    if check is None or not check.used or check.model is None:
        return ""
    drivers = check.model.drivers_
    named = drivers[drivers["named"]]
    if named.empty:
        return _(
            "Of {n} things that customers lived through, none goes with leaving beyond chance: nothing here says why they leave.",
            n=f.number(len(drivers), 0),
        )
    first = named.iloc[0]
    return plural(
        "Of {all} things that customers lived through, {n} goes with leaving beyond chance, at equal habits: {first} "
        "({odds} times the odds). This is association, not proof of a cause.",
        "Of {all} things that customers lived through, {n} go with leaving beyond chance, at equal habits; the strongest is: "
        "{first} ({odds} times the odds). This is association, not proof of a cause.",
        len(named),
        all=f.number(len(drivers), 0),
        first=driver_label(str(first["driver"])),
        odds=f.number(first["odds_ratio"], 2),
    )


def driver_rows(check: LeavingCheck | None) -> tuple[list[list[str]], dict[str, str]]:
    """Everything lived through with its odds ratio, named or not."""
    if check is None or not check.used or check.model is None:
        return [], {}
    rows = [
        [
            driver_label(str(r["driver"])),
            f.number(r["customers"], 0),
            _(
                "{value} (90 %: {low} to {high})",
                value=f.number(r["odds_ratio"], 2),
                low=f.number(r["low"], 2),
                high=f.number(r["high"], 2),
            ),
            _("goes with leaving") if r["named"] else _("chance is enough"),
        ]
        for r in check.model.drivers_.to_dict("records")
    ]
    heads = {
        _("Lived through"): "left",
        _("Customers"): "right",
        _("Times the odds of leaving"): "right",
        _("Finding"): "left",
    }
    return rows, heads


def no_model(check: LeavingCheck | None) -> str:
    """Why no reasons are given."""
    if check is None:
        return _("Reasons need a model of leaving that was held against the past.")
    if check.winner == "additive":
        return _("On the last day another way told better who left: habits and experiences are not used for reasons.")
    return _(
        "'{winner}' tells better who leaves than habits and experiences do: so no reasons are given.",
        winner=way_label(check.winner),
    )


def group_title() -> str:
    """What the folded table is about."""
    return _("What the segments lived through")


def group_rows(groups: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Segments and what their customers lived through."""
    rows = [
        [
            segment_label(str(r["segment"])),
            driver_label(str(r["driver"])),
            f.number(r["customers"], 0),
            f.percent(r["probability_leaving"]) if r["customers"] >= PERCENT_CUSTOMERS else "–",
            f.percent(r["others"]) if r["active"] - r["customers"] >= PERCENT_CUSTOMERS else "–",
            f.money(r["value_at_risk"], currency, "table"),
        ]
        for r in groups.to_dict("records")
    ]
    heads = {
        _("Segment"): "left",
        _("Lived through"): "left",
        _("Customers"): "right",
        _("Will leave"): "right",
        _("Others will leave"): "right",
        _("Value at risk"): "right",
    }
    return rows, heads


def at_risk_rows(scores: pd.DataFrame, reasons: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """The customers with the most value at risk who have a reason, each with the reasons."""
    if reasons.empty:
        return [], {}
    with_reason = scores[scores["customer_id"].isin(reasons["customer_id"])]
    top = with_reason.nlargest(_MOST, "value_at_risk")
    texts = reasons[reasons["customer_id"].isin(top["customer_id"])]
    said = {c: " ".join(reason_text(r) for r in part.to_dict("records")) for c, part in texts.groupby("customer_id")}
    rows = [
        [
            str(r["customer_id"]),
            segment_label(str(r["segment"])),
            f.probability(r["probability_leaving"]),
            f.money(r["value_at_risk"], currency, "table"),
            said[r["customer_id"]],
        ]
        for r in top.to_dict("records")
    ]
    heads = {
        _("Customer"): "left",
        _("Segment"): "left",
        _("Will leave"): "right",
        _("Value at risk"): "right",
        _("Reasons and signs"): "left",
    }
    return rows, heads

"""Step 2 in words: who earns our profit, and who of them is about to leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crm_analysis import formats as f
from crm_analysis.features import ExistingCustomers, Margin
from crm_analysis.labels import segment_label
from crm_analysis.messages import _, plural
from crm_analysis.models import ScoringSettings, enough_to_value

__all__ = [
    "answer",
    "cohort_words",
    "existing_in_models",
    "existing_sentence",
    "from_before",
    "grid_words",
    "horizon_rows",
    "interval_sentence",
    "mark_existing",
    "migration_words",
    "no_cohorts",
    "no_moves",
    "risk_labels",
    "risk_words",
    "segment_rows",
    "value_sentence",
]


def answer(scores: pd.DataFrame, currency: str) -> str:
    """The step's answer: the share of profit of the best customers and what of it is at risk."""
    if not enough_to_value(scores):
        return _(
            "There is too little data to value customers: {customers} customers, {repeaters} of them bought again. At least 50 "
            "customers, 30 repeat buyers and eight weeks are needed; figures below are only a first look.",
            customers=f.number(len(scores), 0),
            repeaters=f.number(int((scores["frequency"] > 0).sum()), 0),
        )
    ordered = scores.sort_values("profit", ascending=False)
    top = ordered.head(max(1, len(ordered) // 5))
    share = float(top["profit"].sum() / ordered["profit"].sum()) if ordered["profit"].sum() > 0 else float("nan")
    risky = top[top["probability_leaving"] >= 0.5]
    if share != share:
        return _("All customers together leave no profit: look at the ladder of profit before anything else.")
    values = {
        "best": f.number(len(top), 0),
        "share": f.percent(share),
        "money": f.money(float(risky["value_at_risk"].sum()), currency),
    }
    if len(risky):
        return plural(
            "{best} customers, the best fifth, bring {share} of profit; {n} of them has probably left or is about "
            "to, with {money} of value at risk.",
            "{best} customers, the best fifth, bring {share} of profit; {n} of them have probably left or are about "
            "to, with {money} of value at risk.",
            len(risky),
            **values,
        )
    return _(
        "{best} customers, the best fifth, bring {share} of profit, and none of them looks likely to leave.", **values
    )


def existing_sentence(existing: ExistingCustomers, days: int) -> str:
    """How many customers were there when the data begins, and by what rule."""
    values = {"share": f.percent(existing.share), "days": f.number(days, 0), "until": f.date(existing.until)}
    weekly = {"start": f.number(existing.start_weekly, 0), "later": f.number(existing.later_weekly, 0)}
    if existing.basis == "setting":
        return _("By your setting, the data holds every customer's first order.")
    if existing.basis == "gap":
        return _(
            "{share} of customers were first seen within the first {days} days of the data: they count as existing, not as "
            "new.",
            **values,
        )
    if existing.basis == "none":
        return _(
            "In the first four weeks {start} customers a week were seen for the first time, later {later}: not so many more "
            "that customers must have been there before the data begins. Nobody counts as existing.",
            **weekly,
        )
    return _(
        "In the first four weeks {start} customers a week were seen for the first time, later {later}: most of them were "
        "there before the data begins. {share} of customers, those first seen by {until}, count as existing: they are not "
        "new and no cohort.",
        **values,
        **weekly,
    )


def existing_in_models(existing: ExistingCustomers) -> str:
    """What the beginning of the data does to the models."""
    if not existing.customers:
        return ""
    return _(
        "The models know existing customers since they were first seen only: their age and their repeat purchases are counted "
        "from there, and those who had left before the data begins are missing. So the models are about customers seen, and "
        "what they expect of a new customer leans on {share} who were not new.",
        share=f.percent(existing.share),
    )


def risk_labels(grid: pd.DataFrame, currency: str) -> pd.DataFrame:
    """The grid with names of its rows and columns: bounds in money and in per cent."""
    values = [
        _("up to {high}", high=f.money(r["value_to"], currency))
        if r["value_class"] == 0
        else _("over {low}", low=f.money(r["value_from"], currency))
        if np.isinf(r["value_to"])
        else _("{low} to {high}", low=f.money(r["value_from"], currency), high=f.money(r["value_to"], currency))
        for r in grid.to_dict("records")
    ]
    risks = [
        _("{low} to {high}", low=f.percent(r["risk_from"]), high=f.percent(r["risk_to"]))
        for r in grid.to_dict("records")
    ]
    return grid.assign(value_label=values, risk_label=risks)


def risk_words(grid: pd.DataFrame, leaving_days: int, currency: str) -> dict[str, str]:
    """Title and captions of the grid of value and risk."""
    total = float(grid["value_at_risk"].sum())
    best = grid.sort_values("value_at_risk", ascending=False).iloc[0]
    return {
        "title": _(
            "{n} customers in one cell hold {share} of the value at risk",
            n=f.number(best["customers"], 0),
            share=f.percent(float(best["value_at_risk"]) / total if total else 0.0),
        ),
        "subtitle": _(
            "Value over twelve months by probability of no purchase in {days} days; area = customers, label = value at "
            "risk, {currency}",
            days=f.number(leaving_days, 0),
            currency=currency,
        ),
        "caption": _(
            "Value at risk is value times the probability of leaving; it is context, not what an action brings."
        ),
    }


def grid_words(grid: pd.DataFrame) -> dict[str, str]:
    """Title and captions of the RFM grid."""
    best = grid.sort_values("profit_share", ascending=False).iloc[0]
    return {
        "title": _(
            "{segment} bring the largest share of profit: {share} from {n} customers",
            segment=segment_label(str(best["segment"])),
            share=f.percent(float(best["profit_share"])),
            n=f.number(best["customers"], 0),
        ),
        "subtitle": _("Customers and share of profit by recency and frequency; colour = value at risk"),
        "caption": _("Recency counts the days since the last order; scores are fifths, equal values score the same."),
    }


def cohort_words(cohorts: pd.DataFrame) -> dict[str, str]:
    """Title and captions of the cohorts."""
    born = ~cohorts["existing"].astype(bool) if "existing" in cohorts else True
    after = cohorts[(cohorts["age"] == 1) & cohorts["complete"] & born]
    if after.empty or not after["customers"].sum():
        title = _("Customers by month of first order")
    else:
        share = float(after["active"].sum() / after["customers"].sum())
        title = _("{share} of customers buy again in the month after their first order", share=f.percent(share))
    return {
        "title": title,
        "subtitle": _("Share of a cohort that bought, by months since the first order"),
        "caption": _(
            "A cohort is made of customers by the month of their first order, without those who were there when the data begins; "
            "unfinished months stay blank."
        ),
    }


def migration_words(migration: pd.DataFrame, days: int) -> dict[str, str]:
    """Title and captions of the movement between segments."""
    stayed = int(migration.loc[migration["segment_from"] == migration["segment_to"], "customers"].sum())
    total = int(migration["customers"].sum())
    return {
        "title": _(
            "{share} of customers are in the segment they were in", share=f.percent(stayed / total if total else 0.0)
        ),
        "subtitle": _(
            "Segment {days} days ago (rows) and now (columns), n = {n}", days=f.number(days, 0), n=f.number(total, 0)
        ),
        "caption": _("Customers known on both days."),
    }


def value_sentence(value: dict[str, float], settings: ScoringSettings, currency: str, margin: Margin) -> str:
    """Value of all customers with its interval."""
    days = settings.value_horizon_days
    money = f.money_interval(value["value"], value["low"], value["high"], currency)
    if margin.basis == "assumed":
        return _(
            "Over the next {days} days all customers together are worth {money} of profit, at an assumed margin of {rate}.",
            days=f.number(days, 0),
            money=money,
            rate=f.percent(margin.rate),
        )
    return _(
        "Over the next {days} days all customers together are worth {money} of profit.",
        days=f.number(days, 0),
        money=money,
    )


def horizon_rows(
    quarter: tuple[float, float], year: dict[str, float], later: dict[str, float], currency: str
) -> tuple[list[list[str]], dict[str, str]]:
    """The short and the long view beside each other: sales of a quarter, value over one year and over three.

    Parameters
    ----------
    quarter
        Sales of the last 91 days and of the same days a year before.
    year, later
        Value over twelve months and over three years, of :func:`crm_analysis.models.total_value`.
    """
    now, before = quarter
    rows = [
        [
            _("Sales of the last 91 days"),
            f.money(now, currency),
            _("the same days a year before: {money}", money=f.money(before, currency)) if before == before else "–",
        ],
        [
            _("Value over the next 12 months"),
            f.money_interval(year["value"], year["low"], year["high"], currency),
            _("profit that customers are expected to bring anyway"),
        ],
        [
            _("Value over the next three years"),
            f.money_interval(later["value"], later["low"], later["high"], currency),
            _("if today's customers go on as the models say; new ones are not in it"),
        ],
    ]
    return rows, {_("View"): "left", _("Amount"): "right", _("Beside it"): "left"}


def interval_sentence(common_errors: Sequence[float]) -> str:
    """What the interval of the value holds; empty where no forecast was checked."""
    if not common_errors:
        return ""
    size = (sum(error**2 for error in common_errors) / len(common_errors)) ** 0.5
    return plural(
        "The interval also holds what the forecast missed in total on {n} past period: {share}.",
        "The interval also holds what the forecast missed in total on {n} past periods: {share} on average (root mean "
        "square).",
        len(common_errors),
        share=f.percent(size, 1),
    )


def segment_rows(segments: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Segments as finished texts."""
    rows = [
        [
            segment_label(str(r["segment"])),
            f.number(r["customers"], 0),
            f.money(r["profit"], currency, "table"),
            f.percent(r["share_profit"], 1),
            f.money(r["value"], currency, "table"),
            f.money(r["value_at_risk"], currency, "table"),
            f.number(r["median_recency_days"], 0),
            f.number(r["median_orders"], 0),
        ]
        for r in segments.to_dict("records")
    ]
    heads = {
        _("Segment"): "left",
        _("Customers"): "right",
        _("Profit so far"): "right",
        _("Share of profit"): "right",
        _("Value (12 months)"): "right",
        _("Value at risk"): "right",
        _("Days since last order"): "right",
        _("Orders"): "right",
    }
    return rows, heads


def from_before(leaving_days: int) -> str:
    """What step 1 decided that this step uses."""
    return _(
        "From the environment: a customer is presumed to have left after {days} days without a purchase.",
        days=f.number(leaving_days, 0),
    )


def no_moves() -> str:
    """Why there is no movement between segments."""
    return _("The data is too short to compare segments with those of an earlier day.")


def no_cohorts() -> str:
    """Why there are no cohorts to draw."""
    return _(
        "No month brought 30 customers who were not there before the data begins, and who had time to come back: there are no "
        "cohorts to compare."
    )


def mark_existing(cohorts: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Cohorts with ``existing``: made of customers of whom most were there when the data begins."""
    month = scores["first_day"].dt.to_period("M").dt.to_timestamp()
    share = scores.groupby(month)["existing"].mean()
    return cohorts.assign(existing=cohorts["cohort"].map(share).fillna(0.0) >= 0.5)

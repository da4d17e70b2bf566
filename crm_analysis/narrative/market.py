"""Goals, seasons, customer share and rivals in words; nothing is said that no table says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.features import CustomerShare
from crm_analysis.messages import _, plural
from crm_analysis.models import HolidayEffects
from crm_analysis.thresholds import PERCENT_CUSTOMERS, SEASON_WEEKS

__all__ = [
    "breadth_rows",
    "goal_line",
    "goal_rows",
    "goals_sentence",
    "holiday_label",
    "holiday_rows",
    "holiday_sentence",
    "kpi_label",
    "kpi_rows",
    "network_sentence",
    "no_holidays",
    "no_rivals",
    "no_share",
    "rival_rows",
    "rival_sentence",
    "season_words",
    "share_facts",
    "share_rows",
    "share_sentence",
]

Row = Mapping[Any, Any]
_RATES = frozenset({"repeat_rate", "annual_loss", "customer_share"})
_MONEY = frozenset({"revenue", "order_value", "profit"})
_MOST = 12


def kpi_label(code: str) -> str:
    """Name of a measure that goals are set in."""
    names = {
        "repeat_rate": _("Repeat rate"),
        "annual_loss": _("Annual loss"),
        "customer_share": _("Customer share"),
        "revenue": _("Revenue of a year"),
        "order_value": _("Amount per order"),
        "new_customers": _("New customers in a year"),
        "active_customers": _("Active customers"),
    }
    return names.get(code, code)


def _amount(metric: str, value: float, currency: str) -> str:
    if math.isnan(value):
        return _("not known")
    if metric in _RATES:
        return f.percent(value, 1)
    return f.money(value, currency) if metric in _MONEY else f.number(value, 0)


def _state(code: str) -> str:
    names = {
        "reached": _("reached"),
        "on_track": _("on track"),
        "behind": _("behind"),
        "overdue": _("overdue"),
        "unknown": _("cannot be measured"),
    }
    return names[code]


def goal_line(row: Row, currency: str) -> str:
    """One goal in a line: where it began, its target, where it stands and where it goes."""
    metric = str(row["metric"])
    values = {
        "name": kpi_label(metric),
        "start": _amount(metric, row["start"], currency),
        "target": _amount(metric, row["target"], currency),
        "due": f.date(row["due_on"]),
        "now": _amount(metric, row["now"], currency),
        "pace": _amount(metric, row["at_pace"], currency),
    }
    if math.isnan(row["now"]):
        return _("{name} {start} → {target} by {due}: it cannot be measured with this data yet", **values)
    if math.isnan(row["at_pace"]):
        return _("{name} {start} → {target} by {due}: now {now}", **values)
    return _("{name} {start} → {target} by {due}: now {now}, at this pace {pace}", **values)


def goals_sentence(states: pd.DataFrame | None) -> str:
    """How many goals are reached or on track."""
    if states is None:
        return _(
            "No goals are set. What can be measured stands below: choose one, and put it with its target and date into the table "
            "goals (crm-analysis template goals)."
        )
    good = int(states["state"].isin(["reached", "on_track"]).sum())
    return plural(
        "{good} of {n} goal is reached or on track.",
        "{good} of {n} goals are reached or on track.",
        len(states),
        good=f.number(good, 0),
    )


def goal_rows(states: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Goals as finished texts."""
    rows = []
    for r in states.to_dict("records"):
        metric = str(r["metric"])
        pace = _amount(metric, r["at_pace"], currency) if not math.isnan(r["at_pace"]) else "–"
        rows.append(
            [
                str(r["goal"]),
                kpi_label(metric),
                _amount(metric, r["start"], currency) if not math.isnan(r["start"]) else "–",
                _amount(metric, r["target"], currency),
                f.date(r["due_on"]),
                _amount(metric, r["now"], currency),
                pace,
                _state(str(r["state"])),
            ]
        )
    heads = {
        _("Goal"): "left",
        _("Measure"): "left",
        _("At the start"): "right",
        _("Target"): "right",
        _("By"): "right",
        _("Now"): "right",
        _("At this pace"): "right",
        _("State"): "left",
    }
    return rows, heads


def kpi_rows(measured: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """What can be measured, as baselines for goals."""
    rows = [
        [kpi_label(str(r["metric"])), _amount(str(r["metric"]), r["now"], currency)]
        for r in measured.to_dict("records")
    ]
    return rows, {_("Measure"): "left", _("Last 365 days"): "right"}


def holiday_label(code: str) -> str:
    """Name of a holiday."""
    names = {
        "seollal": _("Seollal"),
        "chuseok": _("Chuseok"),
        "easter": _("Easter"),
        "thanksgiving": _("Thanksgiving"),
        "diwali": _("Diwali"),
        "eid": _("Eid al-Fitr"),
        "christmas": _("Christmas"),
    }
    return names.get(code, code)


def holiday_sentence(found: HolidayEffects | None) -> str:
    """Which holiday moves sales most, and whether that tells more than the month does."""
    if found is None or found.effects.empty:
        return ""
    sure = found.effects[(found.effects["low"] > 0) | (found.effects["high"] < 0)]
    if sure.empty:
        return _("The week before none of the holidays sells more or less than its season, as far as can be told.")
    first = sure.sort_values("change", key=lambda s: s.abs(), ascending=False).iloc[0]
    values = {
        "holiday": holiday_label(str(first["holiday"])),
        "change": f.percent(abs(float(first["change"]))),
        "low": f.percent(min(abs(float(first["low"])), abs(float(first["high"])))),
        "high": f.percent(max(abs(float(first["low"])), abs(float(first["high"])))),
    }
    text = (
        _("The week before {holiday} sells {change} more than its season (90 %: {low} to {high}).", **values)
        if first["change"] > 0
        else _("The week before {holiday} sells {change} less than its season (90 %: {low} to {high}).", **values)
    )
    if math.isnan(found.with_holidays):
        return text
    errors = {"with_them": f.percent(found.with_holidays, 1), "by_month": f.percent(found.by_month, 1)}
    if found.with_holidays < found.by_month:
        return f"{text} " + _(
            "Told from the other years, a week is missed by {with_them} with holidays, by {by_month} with months alone.",
            **errors,
        )
    return f"{text} " + _(
        "For a whole year, months alone tell as much: a week is missed by {by_month}, with holidays by {with_them}.",
        **errors,
    )


def holiday_rows(found: HolidayEffects | None) -> tuple[list[list[str]], dict[str, str]]:
    """Holidays as finished texts."""
    if found is None:
        return [], {}
    rows = [
        [
            holiday_label(str(r["holiday"])),
            f.number(r["times"], 0),
            _(
                "{change} (90 %: {low} to {high})",
                change=f.percent(r["change"], signed=True),
                low=f.percent(r["low"], signed=True),
                high=f.percent(r["high"], signed=True),
            ),
        ]
        for r in found.effects.to_dict("records")
    ]
    return rows, {_("Holiday"): "left", _("Times seen"): "right", _("Sales of the week before"): "right"}


def no_holidays(found: HolidayEffects | None) -> str:
    """Why effects of holidays are not shown."""
    if found is None:
        return _(
            "The effect of holidays needs {weeks} weeks with sales: in less a holiday and its season are one.",
            weeks=f.number(SEASON_WEEKS, 0),
        )
    return _("No large holiday of the country falls twice into the data.")


def season_words(weekly: pd.DataFrame, currency: str) -> dict[str, str]:
    """Title and captions of the weeks."""
    title = _("Sales by week")
    if len(weekly):
        best = weekly.sort_values("revenue", ascending=False).iloc[0]
        title = _(
            "The best week began on {week} with {money}",
            week=f.date(best["week"]),
            money=f.money(best["revenue"], currency),
        )
    return {
        "title": title,
        "subtitle": _("Revenue by week of the year, {currency}; the latest year strong", currency=currency),
        "caption": _("Whole weeks from Monday on; holidays of the latest year are marked, and move from year to year."),
    }


def share_sentence(found: CustomerShare | None) -> str:
    """Customer share with its interval, coverage and source."""
    if found is None:
        return ""
    return _(
        "Of what they spend in our categories, {n} customers spent {share} with us in {year} (90 %: {low} to {high}). This covers "
        "{coverage} of that year's customers; {declared} of the spending was stated by them, the rest is estimated.",
        n=f.number(found.customers, 0),
        share=f.percent(found.share, 1),
        year=str(found.year),
        low=f.percent(found.low, 1),
        high=f.percent(found.high, 1),
        coverage=f.percent(found.coverage),
        declared=f.percent(found.declared),
    )


def share_facts(found: CustomerShare) -> dict[str, float]:
    """Customer share for the report's first page."""
    return {"share": found.share, "low": found.low, "high": found.high}


def share_rows(found: CustomerShare | None, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Customer share by category as finished texts."""
    if found is None:
        return [], {}
    rows = [
        [
            str(r["category"]),
            f.number(r["customers"], 0),
            f.percent(r["share"]) if r["customers"] >= PERCENT_CUSTOMERS else "–",
            f.money(r["headroom"], currency, "table"),
        ]
        for r in found.by_category.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Category"): "left",
        _("Customers"): "right",
        _("Customer share"): "right",
        _("Spent elsewhere"): "right",
    }
    return rows, heads


def no_share() -> str:
    """What customer share needs, before its stand-in."""
    return _(
        "Customer share needs the table category_spend (crm-analysis template category_spend): what customers spend in a "
        "category, with us and elsewhere. Until then a stand-in: how many categories customers buy from, against others who buy "
        "as often."
    )


def breadth_rows(breadth: pd.DataFrame | None) -> tuple[list[list[str]], dict[str, str]]:
    """The stand-in for customer share."""
    if breadth is None:
        return [], {}
    rows = [
        [
            str(r["frequency_class"]),
            f.number(r["customers"], 0),
            f.number(r["categories"], 1),
            f.number(r["broad"], 0),
            f.percent(r["below_half"]) if r["customers"] >= PERCENT_CUSTOMERS else "–",
        ]
        for r in breadth.to_dict("records")
    ]
    heads = {
        _("Days with a purchase in a year"): "left",
        _("Customers"): "right",
        _("Categories bought"): "right",
        _("The broadest tenth"): "right",
        _("Buy from less than half as many"): "right",
    }
    return rows, heads


def rival_sentence(grid: pd.DataFrame | None) -> str:
    """Where rivals are ahead, and how old that judgement is."""
    if grid is None:
        return ""
    behind = grid[grid["gap"] < 0]
    since = grid["as_of"].min()
    dated = _("judged on {day}", day=f.date(since)) if not pd.isna(since) else _("without a date")
    if grid["gap"].isna().all():
        return _("Rivals are scored, our own shop is not ({dated}): add it to the table competitors.", dated=dated)
    if behind.empty:
        return _("On no criterion is a rival ahead ({dated}).", dated=dated)
    first = behind.iloc[0]
    return plural(
        "On {n} criterion a rival is ahead ({dated}): {criterion}, where {rival} has {best} of 5 and we have {ours}.",
        "On {n} criteria a rival is ahead ({dated}); furthest on {criterion}, where {rival} has {best} of 5 and we have {ours}.",
        len(behind),
        dated=dated,
        criterion=str(first["criterion"]),
        rival=str(first["rival"]),
        best=f.number(first["best"], 0),
        ours=f.number(first["ours"], 0),
    )


def rival_rows(grid: pd.DataFrame | None) -> tuple[list[list[str]], dict[str, str]]:
    """Rivals by criterion as finished texts."""
    if grid is None:
        return [], {}
    rows = [
        [
            str(r["criterion"]),
            "–" if math.isnan(r["ours"]) else f.number(r["ours"], 0),
            str(r["rival"]),
            f.number(r["best"], 0),
            "–" if math.isnan(r["gap"]) else f.number(r["gap"], 0, signed=True),
            "–" if math.isnan(r["rival_share"]) else f.percent(r["rival_share"]),
            "–" if pd.isna(r["as_of"]) else f.date(r["as_of"]),
        ]
        for r in grid.to_dict("records")
    ]
    heads = {
        _("Criterion"): "left",
        _("We"): "right",
        _("Best rival"): "left",
        _("Their score"): "right",
        _("Gap"): "right",
        _("Of our customers, buy there"): "right",
        _("Judged on"): "right",
    }
    return rows, heads


def no_rivals() -> str:
    """What the grid of rivals needs."""
    return _(
        "Rivals need the table competitors (crm-analysis template competitors): scores per criterion with their date. Nothing is "
        "guessed here."
    )


def network_sentence(customers: int, top_share: float, partners: int, brands: int) -> str:
    """Which network matters for this business, from counts."""
    values = {
        "n": f.number(customers, 0),
        "share": f.percent(top_share),
        "partners": f.number(partners, 0),
        "brands": f.number(brands, 0),
    }
    if top_share >= 0.5:
        return _(
            "Ten of {n} customers bring {share} of revenue: the network that matters is these few accounts, to be looked after one "
            "by one.",
            **values,
        )
    return _(
        "{n} customers, of whom the largest ten bring {share} of revenue; {partners} partners and {brands} brands are known: the "
        "network that matters is the customers themselves, and the analysis goes on with them.",
        **values,
    )

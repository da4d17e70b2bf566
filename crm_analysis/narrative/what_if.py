"""What-if questions in words: what another margin, another budget, more retention would change."""

from __future__ import annotations

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.decisions import RetentionWorth
from crm_analysis.messages import _, plural
from crm_analysis.narrative.direction import action_name, break_even

__all__ = [
    "budget_sentence",
    "caution",
    "curve_words",
    "margin_sentence",
    "no_curve",
    "pays_rows",
    "retention_sentence",
]


def retention_sentence(points: int, worth: RetentionWorth | None, currency: str) -> str:
    """What keeping more customers would bring, and what a programme may cost."""
    if worth is None:
        return _(
            "What more retention would bring cannot be said from this run: it takes two years of data and enough "
            "customers in both."
        )
    return plural(
        "{n} point more retention: {profit} extra profit in three years, {share} more than at today's retention. A "
        "programme pays as long as it costs less than {limit} per customer, for {customers} active customers.",
        "{n} points more retention: {profit} extra profit in three years, {share} more than at today's retention. A "
        "programme pays as long as it costs less than {limit} per customer, for {customers} active customers.",
        points,
        profit=f.money_interval(worth.extra_profit, worth.low, worth.high, currency),
        share=f.percent(worth.relative),
        limit=f.money(worth.break_even, currency),
        customers=f.number(worth.customers, 0),
    )


def budget_sentence(spent: float, profit: float, customers: int, price: float, currency: str) -> str:
    """What a budget would do, if the assumed effects hold."""
    if not customers:
        return _("Nobody would be contacted: no contact pays within this budget.")
    if price <= 0:
        return _(
            "{spent} would reach {customers} customers and bring {profit}, if the assumed effects hold. More money would "
            "bring nothing: every contact that pays is in it.",
            spent=f.money(spent, currency),
            customers=f.number(customers, 0),
            profit=f.money(profit, currency),
        )
    return _(
        "{spent} would reach {customers} customers and bring {profit}, if the assumed effects hold. The next {unit} would "
        "bring {more} on top.",
        spent=f.money(spent, currency),
        customers=f.number(customers, 0),
        profit=f.money(profit, currency),
        unit=f.money(_unit(spent), currency),
        more=f.money(_unit(spent) * price, currency),
    )


def _unit(spent: float) -> float:
    """A round part of a budget, about a hundredth of it, to say what the next money brings."""
    return float(10 ** max(0, len(str(int(spent))) - 2))


def margin_sentence(margin: float, of_run: float, value: float, pays: pd.DataFrame, currency: str) -> str:
    """What a margin would mean for the value of the customers and for the strategies."""
    return _(
        "At a margin of {margin} ({run} in the run) the customers are worth {value}, and {n} of {all} strategies pay under "
        "their assumption.",
        margin=f.percent(margin, 1),
        run=f.percent(of_run, 1),
        value=f.money(value, currency),
        n=f.number(int(pays["pays"].sum()), 0),
        all=f.number(len(pays), 0),
    )


def pays_rows(pays: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """What it takes for each strategy to pay, as finished texts."""
    rows = [
        [
            action_name(str(r["segment"]), str(r["strategy"])),
            f.number(r["customers"], 0),
            break_even(float(r["break_even_effect"])),
            break_even(float(r["assumed_effect"])),
            _("yes") if r["pays"] else _("no"),
        ]
        for r in pays.to_dict("records")
    ]
    heads = {
        _("Action"): "left",
        _("Customers"): "right",
        _("Pays if"): "right",
        _("Assumed"): "right",
        _("Pays"): "left",
    }
    return rows, heads


def curve_words(spent: float, profit: float, currency: str) -> dict[str, str]:
    """Title and captions of the budget curve at another budget or margin."""
    return {
        "title": _(
            "{spent} would bring {profit}, if the assumptions hold",
            spent=f.money(spent, currency),
            profit=f.money(profit, currency),
        ),
        "subtitle": _("Assumed extra profit against cost of contacts and offers, {currency}", currency=currency),
        "caption": _(
            "Curve: the choices of the run at this margin; band: effects half and one and a half times as strong as "
            "assumed. Nothing here is measured."
        ),
    }


def caution() -> str:
    """What the answers hold fixed."""
    return _(
        "The strategies stay as the run decided them, the assumed effects too; the profit of customers moves in proportion "
        "to the margin. Consent is checked afterwards, in the contact plan: fewer customers are contacted than are named "
        "here. Nothing that is changed here is kept."
    )


def no_curve() -> str:
    """Why nothing can be tried out."""
    return _("Nothing can be tried out on this run: it needs all steps, and a contact that pays under its assumption.")

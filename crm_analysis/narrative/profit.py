"""The ladder of profit in words: what is taken off, who leaves a loss, and where an assumed margin turns it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from crm_analysis import formats as f
from crm_analysis.features import ProfitLadder, losing_customers, turning_margin
from crm_analysis.labels import rung_label
from crm_analysis.messages import _, plural
from crm_analysis.thresholds import PERCENT_CUSTOMERS

__all__ = [
    "basis_sentence",
    "decile_rows",
    "ladder_sentence",
    "ladder_words",
    "left_out_sentence",
    "no_unprofitable",
    "spread_words",
    "turning_sentence",
    "unprofitable_rows",
    "unprofitable_sentence",
]


_NOTHING = 0.0005
"""A margin that is shown as nothing."""


def _sums(ladder: ProfitLadder) -> dict[str, float]:
    rungs = ladder.rungs
    return dict(zip(rungs["rung"], rungs["amount"].astype(float), strict=True))


def ladder_sentence(ladder: ProfitLadder, currency: str) -> str:
    """What is left of sales, before and after serving."""
    sums = _sums(ladder)
    values = {
        "sales": f.money(sums["revenue"], currency),
        "gross": f.money(sums["gross_profit"], currency),
        "profit": f.money(sums["profit"], currency),
    }
    if sums["gross_profit"] <= 0:
        return _("Sales of {sales} leave a loss before any customer is served: {gross}.", **values)
    share = f.percent(sums["profit"] / sums["revenue"])
    if sums["profit"] == sums["gross_profit"]:
        return _(
            "Of {sales} of sales after returns {profit} are left as profit, {share}; nothing is known of the cost of "
            "service, contacts and offers.",
            share=share,
            **values,
        )
    return _(
        "Of {sales} of sales after returns {gross} are left as gross profit, and {profit} after service, contacts and "
        "offers: {share}.",
        share=share,
        **values,
    )


def basis_sentence(ladder: ProfitLadder) -> str:
    """What the cost of goods rests on."""
    known = ladder.customers["cost_known"]
    if ladder.margin_basis == "costs":
        covered = float((known * ladder.customers["revenue"]).sum() / ladder.customers["revenue"].sum())
        return _(
            "Costs of goods are known for {share} of sales; the others are reckoned at the same rate.",
            share=f.percent(covered),
        )
    if ladder.margin_basis == "setting":
        return _("Costs of goods follow from the margin that you set in crm.toml.")
    return _("Costs of goods are not known: the margin is assumed.")


def left_out_sentence(ladder: ProfitLadder) -> str:
    """Rungs of which nothing is known, by name; empty where all are known."""
    names = [rung_label(name) for name, basis in ladder.bases.items() if basis == "left_out"]
    if not names:
        return ""
    return _(
        "Left out, since the data does not say: {names}. Parcels, payment fees and minutes of work can be set under "
        "[costs] in crm.toml.",
        names=", ".join(names),
    )


def turning_sentence(ladder: ProfitLadder) -> str:
    """Where a margin that is set or assumed would turn the result; empty where costs are known."""
    turn = turning_margin(ladder)
    if ladder.margin_basis == "costs" or math.isnan(turn):
        return ""
    now, half = losing_customers(ladder), losing_customers(ladder, 0.5)
    values = {"n": f.number(len(ladder.customers), 0), "now": f.number(now, 0), "half": f.number(half, 0)}
    if turn < _NOTHING:
        return _(
            "Whatever the margin on goods, all customers together leave a profit; with half of it {half} of {n} customers "
            "would leave a loss, now {now}.",
            **values,
        )
    return _(
        "At a margin on goods of {turn} all customers together would leave nothing; with half of today's {half} of {n} "
        "customers would leave a loss, now {now}.",
        turn=f.percent(turn, 1),
        **values,
    )


def ladder_words(ladder: ProfitLadder, currency: str) -> dict[str, str]:
    """Title and captions of the ladder."""
    sums = _sums(ladder)
    lowers = {name: sums[name] for name in ladder.bases if sums[name] < 0}
    largest = min(lowers, key=lambda name: lowers[name]) if lowers else ""
    title = _("All of sales is left as profit: no cost is known")
    if largest:
        title = _(
            "{share} of sales at full price goes to: {rung}",
            rung=rung_label(largest),
            share=f.percent(-lowers[largest] / sums["full_price"] if sums["full_price"] else 0.0),
        )
    return {
        "title": title,
        "subtitle": _(
            "From sales at full price to profit, {currency}, n = {n} customers",
            currency=currency,
            n=f.number(len(ladder.customers), 0),
        ),
        "caption": basis_sentence(ladder) + " " + left_out_sentence(ladder),
    }


def unprofitable_sentence(found: pd.DataFrame, ladder: ProfitLadder, currency: str) -> str:
    """How many customers leave a loss, and of the biggest ones."""
    losing = ladder.customers[ladder.customers["profit"] < 0]
    n = len(ladder.customers)
    values = {"loss": f.money(-float(losing["profit"].sum()), currency), "all": f.number(n, 0)}
    if losing.empty:
        return _("No customer leaves a loss, as far as costs are known.")
    first = plural(
        "{n} of {all} customers leaves a loss, {loss} in all.",
        "{n} of {all} customers leave a loss, {loss} in all.",
        len(losing),
        **values,
    )
    if found.empty:
        return first + " " + _("None of the best fifth by revenue is among them.")
    why = found.groupby("driver")["driver_amount"].agg(["size", "sum"]).sort_values("sum", ascending=False)
    return (
        first
        + " "
        + plural(
            "{n} of them is in the best fifth by revenue and loses {loss}, mostly for this reason: {driver}.",
            "{n} of them are in the best fifth by revenue and lose {loss}, mostly for this reason: {driver}.",
            len(found),
            loss=f.money(-float(found["profit"].sum()), currency),
            driver=rung_label(str(why.index[0])),
        )
    )


def unprofitable_rows(found: pd.DataFrame, currency: str, most: int = 10) -> tuple[list[list[str]], dict[str, str]]:
    """Big customers with a loss as finished texts."""
    rows = [
        [
            str(r["customer_id"]),
            f.money(r["revenue"], currency, "table"),
            f.money(r["profit"], currency, "table"),
            rung_label(str(r["driver"])),
            f.money(r["driver_amount"], currency, "table"),
        ]
        for r in found.head(most).to_dict("records")
    ]
    heads = {
        _("Customer"): "left",
        _("Revenue"): "right",
        _("Profit so far"): "right",
        _("Stands out by"): "left",
        _("More than usual"): "right",
    }
    return rows, heads


def no_unprofitable() -> str:
    """Why there is no list of big customers with a loss."""
    return _("No customer of the best fifth by revenue leaves a loss.")


def decile_rows(deciles: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Tenths of the customers as finished texts: past profit and expected value side by side."""
    if int(deciles["customers"].sum()) < PERCENT_CUSTOMERS:
        return [], {}
    rows = [
        [
            f.number(r["decile"], 0),
            f.number(r["customers"], 0),
            f.money(r["revenue"], currency, "table"),
            f.money(r["serving"], currency, "table"),
            f.money(r["profit"], currency, "table"),
            "" if math.isnan(r["share_profit"]) else f.percent(r["share_profit"], 1),
            f.money(r["value"], currency, "table"),
        ]
        for r in deciles.to_dict("records")
    ]
    heads = {
        _("Tenth by profit"): "right",
        _("Customers"): "right",
        _("Revenue"): "right",
        _("Service, contacts, offers"): "right",
        _("Profit so far"): "right",
        _("Share of profit"): "right",
        _("Value (12 months)"): "right",
    }
    return rows, heads


def spread_words(spread: pd.DataFrame, ladder: ProfitLadder) -> dict[str, str]:
    """Title and captions of the spread of profit over the customers."""
    reached, at = spread["profit_share"].to_numpy(dtype="float64"), spread["customers_share"].to_numpy(dtype="float64")
    peak, top = float(reached.max()), float(at[reached.argmax()])
    half = float(np.interp(0.5, at, reached))
    title = _("The better half of customers brings {share} of profit", share=f.percent(half))
    if peak > 1.005:
        title = _(
            "The best {top} of customers bring {peak} of profit; the rest take some of it back",
            top=f.percent(top),
            peak=f.percent(peak),
        )
    return {
        "title": title,
        "subtitle": _(
            "Cumulative share of profit, customers from most to least profitable, n = {n}",
            n=f.number(len(ladder.customers), 0),
        ),
        "caption": basis_sentence(ladder) + " " + left_out_sentence(ladder),
    }

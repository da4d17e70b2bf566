"""How customers answer to prices, empty shelves, who sends back most, and stated wishes, in words."""

from __future__ import annotations

import math

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.labels import channel_label, segment_label
from crm_analysis.messages import _, plural
from crm_analysis.models import PRICE_PRODUCTS

__all__ = [
    "channel_rows",
    "channel_sentence",
    "no_prices",
    "no_returners",
    "no_shelves",
    "no_stated",
    "peer_rows",
    "peer_sentence",
    "price_rows",
    "price_sentence",
    "returner_rows",
    "returner_sentence",
    "shelf_rows",
    "shelf_sentence",
]

_MOST = 8


def _elastic(row: pd.Series) -> str:
    return f.number_interval(row["elasticity"], row["low"], row["high"])


def price_sentence(found: pd.DataFrame | None) -> str:
    """What a price that is one percent higher does to purchases."""
    if found is None:
        return ""
    whole = found[found["kind"] == "all"].iloc[0]
    values = {"value": _elastic(whole), "n": f.number(whole["products"], 0)}
    sure = found[(found["kind"] == "category") & found["sure"] & (found["elasticity"] < 0)]
    if whole["high"] >= 0 and whole["low"] <= 0:
        text = _(
            "Whether higher prices cost purchases cannot be told from {n} products whose price changed: elasticity {value}.",
            **values,
        )
    elif whole["low"] > -1 and whole["high"] < 0:
        text = _(
            "A price that is 1 % higher goes with fewer purchases, but by less than 1 %: elasticity {value}, from {n} products "
            "whose price changed, each compared with itself. Sales in money rise with prices; the profit of a discount is lost on "
            "those who would buy anyway.",
            **values,
        )
    elif whole["high"] <= -1:
        text = _(
            "A price that is 1 % higher goes with more than 1 % fewer purchases: elasticity {value}, from {n} products whose price "
            "changed, each compared with itself.",
            **values,
        )
    else:
        text = _(
            "Purchases change with prices: elasticity {value}, from {n} products whose price changed, each compared with itself.",
            **values,
        )
    if sure.empty:
        return text
    names = ", ".join(sure.sort_values("elasticity").head(3)["name"].astype("str"))
    return f"{text} " + _("Surely sensitive to prices: {names}.", names=names)


def price_rows(found: pd.DataFrame | None) -> tuple[list[list[str]], dict[str, str]]:
    """Elasticities by category and segment; those too wide to say anything are said to be so."""
    if found is None:
        return [], {}
    rows = []
    kinds = {"all": _("All"), "category": _("Category"), "group": _("Segment")}
    for r in found.sort_values(["kind", "elasticity"]).to_dict("records"):
        if r["high"] - r["low"] > 2:
            continue
        name = segment_label(str(r["name"])) if r["kind"] == "group" else str(r["name"])
        rows.append(
            [
                kinds[str(r["kind"])],
                name or "–",
                f.number(r["products"], 0),
                f.number(r["purchases"], 0),
                _elastic(pd.Series(r)),
                _("yes") if r["sure"] else _("no"),
            ]
        )
    heads = {
        _("By"): "left",
        _("Part"): "left",
        _("Products"): "right",
        _("Purchases"): "right",
        _("Elasticity"): "right",
        _("Beyond chance"): "left",
    }
    return rows, heads


def no_prices() -> str:
    """What price sensitivity needs."""
    return _(
        "How customers answer to prices needs the table product_prices with two prices or more of {n} products.",
        n=f.number(PRICE_PRODUCTS, 0),
    )


def shelf_sentence(found: pd.DataFrame | None, currency: str) -> str:
    """What was missed while shelves were empty."""
    if found is None or found.empty:
        return ""
    first = found.iloc[0]
    return plural(
        "{n} product was not there for some days of the last year; at its usual sales that is {missed}, bought elsewhere, later or "
        "something else here. Most of all: {product}, {days} days.",
        "{n} products were not there for some days of the last year; at their usual sales that is {missed}, bought elsewhere, later "
        "or something else here. Most of all: {product}, {days} days.",
        len(found),
        missed=f.money(found["missed"].sum(), currency),
        product=str(first["product"]),
        days=f.number(first["days"], 0),
    )


def shelf_rows(found: pd.DataFrame | None, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Products that were not there, by what was missed."""
    if found is None:
        return [], {}
    rows = [
        [
            str(r["product"]),
            f.number(r["days"], 0),
            f.date(r["last_day"]),
            f.money(r["usual"], currency, "table"),
            f.money(r["missed"], currency, "table"),
        ]
        for r in found.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Product"): "left",
        _("Days missing"): "right",
        _("Last missing"): "right",
        _("Usual sales a day"): "right",
        _("Not sold"): "right",
    }
    return rows, heads


def no_shelves() -> str:
    """What empty shelves need."""
    return _("Nothing was missing, or product_prices.available does not say what was.")


def returner_sentence(found: pd.DataFrame, usual: float, currency: str) -> str:
    """Who sends back surely more than others."""
    if found.empty:
        return ""
    return plural(
        "{n} customer sends back more than chance explains: {share} of what they buy on average, all customers {usual}; {money} came "
        "back in a year.",
        "{n} customers send back more than chance explains: {share} of what they buy on average, all customers {usual}; {money} came "
        "back in a year.",
        len(found),
        share=f.percent(found["returned"].sum() / max(found["sold"].sum(), 1)),
        usual=f.percent(usual, 1),
        money=f.money(found["amount"].sum(), currency),
    )


def returner_rows(found: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Customers who send back most."""
    rows = [
        [
            str(r["customer_id"]),
            f.number(r["sold"], 0),
            f.number(r["returned"], 0),
            f.percent_interval(r["share"], r["low"], r["high"]),
            f.money(r["amount"], currency, "table"),
            f.money(r["kept"], currency, "table"),
        ]
        for r in found.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Customer"): "left",
        _("Lines bought"): "right",
        _("Lines sent back"): "right",
        _("Share, drawn towards all"): "right",
        _("Came back"): "right",
        _("Kept"): "right",
    }
    return rows, heads


def no_returners() -> str:
    """Why nobody is listed."""
    return _("Nobody sends back more than chance explains.")


def channel_sentence(found: pd.DataFrame | None) -> str:
    """Whether stated wishes about contacts were heeded."""
    if found is None:
        return ""
    never = found[found["channel"] == "none"]
    ignored = int(never["contacted"].sum())
    others = found[found["channel"] != "none"]
    reached, through = int(others["contacted"].sum()), int(others["through_it"].sum())
    text = _(
        "{n} customers stated how they want to be contacted; {through} of the {reached} who were contacted lately were through that "
        "channel.",
        n=f.number(found["customers"].sum(), 0),
        through=f.number(through, 0),
        reached=f.number(reached, 0),
    )
    if not ignored:
        return text
    return f"{text} " + plural(
        "{n} who asked for no contact was contacted all the same: stop that first.",
        "{n} who asked for no contact were contacted all the same: stop that first.",
        ignored,
    )


def channel_rows(found: pd.DataFrame | None) -> tuple[list[list[str]], dict[str, str]]:
    """Stated channels against contacts and consents."""
    if found is None:
        return [], {}
    rows = [
        [
            _("no contact") if r["channel"] == "none" else channel_label(str(r["channel"])),
            f.number(r["customers"], 0),
            f.number(r["contacted"], 0),
            "–" if r["channel"] == "none" else f.number(r["through_it"], 0),
            "–" if math.isnan(r["agreed"]) else f.number(r["agreed"], 0),
        ]
        for r in found.to_dict("records")
    ]
    heads = {
        _("Stated wish"): "left",
        _("Customers"): "right",
        _("Contacted in 180 days"): "right",
        _("Through this channel"): "right",
        _("Agreed to advertising there"): "right",
    }
    return rows, heads


def no_stated() -> str:
    """What stated wishes need."""
    return _(
        "Stated wishes need the table preferences with a topic such as 'contact channel' (crm-analysis template preferences)."
    )


def peer_sentence(found: pd.DataFrame, currency: str) -> str:
    """Who buys less often than their peers."""
    if found.empty:
        return _("Nobody buys so seldom that it differs from the middle of their peers beyond chance.")
    return plural(
        "{n} customer buys less often than the middle of their peers (same size of purchase, channel and time as a customer), "
        "beyond chance; the gap is {money} of profit in half a year, if they could be moved at all.",
        "{n} customers buy less often than the middle of their peers (same size of purchase, channel and time as a customer), "
        "beyond chance; the gap is {money} of profit in half a year, if they could be moved at all.",
        len(found),
        money=f.money(found["headroom"].sum(), currency),
    )


def peer_rows(found: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Who lies furthest below peers."""
    rows = [
        [
            str(r["customer_id"]),
            segment_label(str(r["segment"])),
            f.number(r["own"], 0),
            f.number(r["peers"], 1),
            f.money(r["headroom"], currency, "table"),
        ]
        for r in found.head(_MOST).to_dict("records")
    ]
    heads = {
        _("Customer"): "left",
        _("Segment"): "left",
        _("Orders, last half-year"): "right",
        _("Middle of peers"): "right",
        _("Room in profit"): "right",
    }
    return rows, heads

"""For buyers of goods: what rises and falls, what comes back, and which products bring customers who come back."""

from __future__ import annotations

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.features import BACK_DAYS
from crm_analysis.messages import _, plural
from crm_analysis.thresholds import PERCENT_CUSTOMERS, TREND_BUYERS

__all__ = [
    "begin_sentence",
    "no_signals",
    "return_sentence",
    "return_title",
    "returned_rows",
    "trend_rows",
    "trend_sentence",
]

_MOST = 6


def _trending(signals: pd.DataFrame, *trends: str) -> pd.DataFrame:
    found = signals[signals["trend"].isin(trends)]
    ordered = found.sort_values(["low", "product_id"], ascending=[False, True])
    return ordered if trends[0] in ("rising", "new") else found.sort_values(["high", "product_id"])


def trend_sentence(signals: pd.DataFrame) -> str:
    """How many products rise and fall, and which one rises most surely."""
    if signals.empty:
        return ""
    up, down = _trending(signals, "rising"), _trending(signals, "falling")
    fresh, gone = (int((signals["trend"] == name).sum()) for name in ("new", "gone"))
    values = {"up": f.number(len(up), 0), "down": f.number(len(down), 0), "all": f.number(len(signals), 0)}
    if up.empty and down.empty:
        text = _(
            "Of {all} products none gains or loses buyers beyond chance against the whole shop.", all=values["all"]
        )
    else:
        text = _(
            "Of {all} products {up} gain and {down} lose buyers against the whole shop, beyond chance (of those named, about one "
            "in twenty may be chance).",
            **values,
        )
    if len(up):
        row = up.iloc[0]
        text += " " + _(
            "Look first at {product}: {times} times the buyers (90 %: {low} to {high}), the whole shop taken out. Check its stock "
            "and what resembles it.",
            product=str(row["product"]),
            times=f.number(row["change"], 1),
            low=f.number(row["low"], 1),
            high=f.number(row["high"], 1),
        )
    if fresh or gone:
        text += " " + _(
            "{fresh} products had no buyer in the period compared, {gone} have none now.",
            fresh=f.number(fresh, 0),
            gone=f.number(gone, 0),
        )
    return text


def trend_rows(signals: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """The products that gain and lose most surely."""
    words = {"rising": _("gains"), "falling": _("loses")}
    shown = pd.concat([_trending(signals, name).head(_MOST) for name in words]) if len(signals) else signals
    rows = [
        [
            str(r["product"]),
            str(r["category"]),
            f.number(r["before"], 0),
            f.number(r["now"], 0),
            _ratio(r["change"], r["low"], r["high"]),
            words[str(r["trend"])],
        ]
        for r in shown.to_dict("records")
    ]
    heads = {
        _("Product"): "left",
        _("Category"): "left",
        _("Buyers before"): "right",
        _("Buyers now"): "right",
        _("Times the whole shop's change"): "right",
        _("Finding"): "left",
    }
    return rows, heads


def _ratio(value: float, low: float, high: float) -> str:
    return _("{value} (90 %: {low} to {high})", value=f.number(value, 2), low=f.number(low, 2), high=f.number(high, 2))


def return_sentence(signals: pd.DataFrame, currency: str) -> str:
    """How much comes back, and whether any product comes back more than others."""
    sold, back = (int(signals[name].sum()) if len(signals) else 0 for name in ("sold", "returned"))
    if not sold:
        return ""
    if not back:
        return _("No line of the last year was taken back: there are no returns in the data.")
    more = signals[signals["returned_mark"] == "more"].sort_values("returned_low", ascending=False)
    values = {
        "n": f.number(sold, 0),
        "share": f.percent(back / sold, 1),
        "money": f.money(float(signals["returned_amount"].sum()), currency),
    }
    if more.empty:
        return _(
            "{share} of {n} lines sold in the last year came back or were cancelled, worth {money}. No product comes back more "
            "often than chance among all.",
            **values,
        )
    return _(
        "{share} of {n} lines sold in the last year came back or were cancelled, worth {money}. Products that come back more "
        "often than chance: {count}; most of all {product}, {mine}. Check its description and quality first.",
        **values,
        count=f.number(len(more), 0),
        product=str(more.iloc[0]["product"]),
        mine=f.percent_interval(*(more.iloc[0][f"returned_{part}"] for part in ("share", "low", "high"))),
    )


def return_title() -> str:
    """What the folded table is about."""
    return _("Products by money taken back")


def returned_rows(signals: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Products that cost most by coming back."""
    some = signals[(signals["returned"] > 0) & (signals["sold"] >= PERCENT_CUSTOMERS)] if len(signals) else signals
    marks = {"more": _("more than chance"), "less": _("less than chance"), "": _("chance is enough")}
    rows = [
        [
            str(r["product"]),
            f.number(r["sold"], 0),
            f.number(r["returned"], 0),
            f.percent_interval(r["returned_share"], r["returned_low"], r["returned_high"]),
            f.money(r["returned_amount"], currency, "table"),
            marks[str(r["returned_mark"])],
        ]
        for r in some.sort_values(["returned_amount", "product_id"], ascending=[False, True])
        .head(12)
        .to_dict("records")
    ]
    heads = {
        _("Product"): "left",
        _("Lines sold"): "right",
        _("Came back"): "right",
        _("Share, drawn towards all products"): "right",
        _("Taken back"): "right",
        _("Finding"): "left",
    }
    return rows, heads


def begin_sentence(signals: pd.DataFrame) -> str:
    """Whether first buyers of some product come back more than those of others."""
    firsts = int(signals["firsts"].sum()) if len(signals) else 0
    if not firsts:
        return ""
    more = signals[signals["back_mark"] == "more"].sort_values("back_low", ascending=False)
    if more.empty:
        return _(
            "What is in the first order does not tell who comes back within {days} days: no product's first buyers come back more "
            "often than chance among all ({n} first purchases of products).",
            days=f.number(BACK_DAYS, 0),
            n=f.number(firsts, 0),
        )
    row = more.iloc[0]
    return plural(
        "First buyers of {n} product come back within {days} days more often than chance; most of all those of {product}, {share}. "
        "It may be the customers and not the product.",
        "First buyers of {n} products come back within {days} days more often than chance; most of all those of {product}, {share}. "
        "It may be the customers and not the product.",
        len(more),
        days=f.number(BACK_DAYS, 0),
        product=str(row["product"]),
        share=f.percent_interval(row["back_share"], row["back_low"], row["back_high"]),
    )


def no_signals() -> str:
    """Why no trends are listed."""
    return _(
        "No product gains or loses buyers beyond chance, or lines name no products: it needs order_lines.product_id, and {n} "
        "buyers of a product in two half-years.",
        n=f.number(TREND_BUYERS, 0),
    )

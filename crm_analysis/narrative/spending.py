"""What counts as a purchase, and whether spend depends on frequency, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_analysis import formats as f
from crm_analysis.messages import _
from crm_analysis.models import SpendCheck

__all__ = ["policy_rows", "refund_sentence", "spend_rows", "spend_sentence"]


def _rules() -> dict[str, str]:
    return {
        "same_day": _("Orders of one customer on one day are one purchase."),
        "free": _("A free order is no purchase: it makes no customer and no repeat purchase."),
        "cancelled": _("A cancelled sale and its cancellation are left out, as if they had never been."),
        "returned": _(
            "Any other return lowers revenue, but not the amount of a purchase, since it belongs to no single one."
        ),
    }


def policy_rows(policies: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """The rules about purchases with what they do here, as finished texts."""
    rules = _rules()
    rows = [
        [rules[str(r["policy"])], f.number(r["rows"], 0), f.percent(r["share"], 1) if r["amount"] else "–"]
        for r in policies.to_dict("records")
    ]
    return rows, {_("Rule"): "left", _("Orders or lines"): "right", _("Amount, share of sales"): "right"}


def refund_sentence(policies: pd.DataFrame) -> str:
    """How much too high amounts are because returns are not taken off them."""
    share = float(policies.loc[policies["policy"] == "returned", "share"].sum())
    if share <= 0:
        return ""
    return _(
        "Amounts of purchases are before returns, which take {share} of sales: the values of customers are too high by about "
        "that share.",
        share=f.percent(share, 1),
    )


def spend_sentence(check: SpendCheck) -> str:
    """Whether customers who buy more often spend more or less each time, and what that does to values."""
    if not np.isfinite(check.rank):
        return _("Too few customers bought again to see whether frequent buyers spend more per purchase.")
    values = {
        "rank": f.number(check.rank, 2),
        "low": f.number(check.low, 2),
        "high": f.number(check.high, 2),
        "n": f.number(check.customers, 0),
    }
    if check.verdict == "none":
        return _(
            "What customers spend per purchase hardly depends on how often they buy (rank correlation {rank}, 90 %: {low} to "
            "{high}, n = {n}): Gamma-Gamma, which assumes no relation, may be used.",
            **values,
        )
    if check.rank > 0:
        return _(
            "Customers who buy more often spend more per purchase (rank correlation {rank}, 90 %: {low} to {high}, n = {n}). "
            "Gamma-Gamma assumes no relation: it values those who bought once or twice too high, and frequent ones a little "
            "too low.",
            **values,
        )
    return _(
        "Customers who buy more often spend less per purchase (rank correlation {rank}, 90 %: {low} to {high}, n = {n}). "
        "Gamma-Gamma assumes no relation: it values those who bought once or twice too low, and frequent ones a little too "
        "high.",
        **values,
    )


def spend_rows(check: SpendCheck, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Spend per purchase by frequency, made and expected, as finished texts."""
    rows = [
        [
            str(r["frequency_class"]).replace("-", "–"),
            f.number(r["customers"], 0),
            f.money(r["actual"], currency, "table"),
            _(
                "{low} to {high}",
                low=f.money(r["low"], currency, "table"),
                high=f.money(r["high"], currency, "table"),
            )
            if np.isfinite(r["low"])
            else "–",
            f.money(r["model"], currency, "table") if np.isfinite(r["model"]) else "–",
            f.money(r["average"], currency, "table") if np.isfinite(r["average"]) else "–",
        ]
        for r in check.by_class.to_dict("records")
    ]
    heads = {
        _("Repeat purchases so far"): "left",
        _("Customers"): "right",
        _("Spend per purchase"): "right",
        _("90 % interval"): "right",
        _("Expected by the model"): "right",
        _("Expected of someone unknown"): "right",
    }
    return rows, heads

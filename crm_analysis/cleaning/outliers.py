"""Lines that are likely no ordinary sale: test orders, wholesale quantities, slips in the price.

They are flagged and stay in, unless a setting of ``[cleaning]`` sets them aside or turns the rule off. Limits follow
from the data and stand in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.cleaning.ledger import Rule
from crm_analysis.config import CleaningSettings
from crm_analysis.messages import _
from crm_analysis.warehouse import collect

__all__ = ["OUTLIERS", "examples_of", "limits_of", "mark_outliers", "outlier_rules"]

_AROUND = r"[\s_.#()0-9-]*"
_CALLED = "test(ing)?|dummy|테스트|시험"
_THING = "order|item|product|customer|user|주문|상품|고객|회원|결제"
_TEST = rf"^{_AROUND}({_CALLED}){_AROUND}({_THING})?{_AROUND}$"
"""A whole name or id that says test and no more: a test kit is a product, "test product 2" is none. Engines count
Hangul among what is no letter, so the signs around it are named."""
_MANY_TIMES = 20
"""Multiples of the median quantity below which no quantity counts as wholesale."""
_FENCE = 3.0
"""Quartile ranges, of the logarithm, above the upper quartile from which a quantity stands out."""
_COIN = 100.0
"""A payment of one unit is a test where the median line is at least this much."""
_MIN_SALES = 20
"""Sales of a product that make its median price usual."""
_TENFOLD = (8.0, 12.5)
"""Multiples of the usual price, or of its inverse, that look like a slip of the decimal point."""
_EXAMPLES = 3

OUTLIERS = ("test_order", "wholesale", "price_typo")
"""Names of the rules; the settings ``test_orders``, ``wholesale`` and ``price_typos`` switch them."""


def outlier_rules(settings: CleaningSettings) -> list[Rule]:
    """The rules that are not turned off; their columns come from :func:`mark_outliers`."""
    wanted = {"test_order": settings.test_orders, "wholesale": settings.wholesale, "price_typo": settings.price_typos}
    reasons: dict[str, Callable[[], str]] = {
        "test_order": lambda: _("The product or customer is called a test, or the payment is a single coin."),
        "wholesale": lambda: _("Far more pieces on one line than is usual here: likely a purchase for a business."),
        "price_typo": lambda: _(
            "The price is ten times or a tenth of the product's own median: likely a typing error."
        ),
    }
    actions = {"flag": "flagged", "quarantine": "quarantined"}
    return [
        Rule(name, actions[choice], lambda t, name=name: t[f"is_{name}"], reasons[name])  # type: ignore[misc]
        for name, choice in wanted.items()
        if choice != "off"
    ]


def limits_of(rows: ir.Table) -> dict[str, float]:
    """Limits that follow from the data.

    Returns
    -------
    dict
        ``wholesale``: pieces on a line that are more than 20 times the median and more than three quartile ranges
        above the upper quartile, on the logarithm; ``test_order``: the payment that is a single coin, or no entry.
    """
    sold = rows.filter((rows["quantity"] > 0) & (rows["amount"] > 0))
    found = collect(
        sold.aggregate(
            low=sold["quantity"].quantile(0.25),
            mid=sold["quantity"].quantile(0.5),
            high=sold["quantity"].quantile(0.75),
        )
    ).iloc[0]
    paid = rows.filter(rows["amount"] > 0)
    median = collect(paid.aggregate(mid=paid["amount"].quantile(0.5)))["mid"].iloc[0]
    limits = {}
    if pd.notna(found["mid"]):
        fence = found["high"] * (found["high"] / found["low"]) ** _FENCE
        limits["wholesale"] = round(float(max(_MANY_TIMES * found["mid"], fence)), 6)
    if pd.notna(median) and median >= _COIN:
        limits["test_order"] = 1.0
    return limits


def _price(rows: ir.Table) -> ir.FloatingValue:
    """Price of a piece before discounts."""
    whole = rows["amount"] + rows["discount"].fill_null(0.0)
    return ibis.coalesce(rows["unit_price"], whole / rows["quantity"].nullif(0.0))


def _with_usual_price(rows: ir.Table) -> ir.Table:
    """``usual_price``: the median of the product, NULL where it was sold too seldom."""
    sold = rows.filter(rows["product_id"].notnull() & (rows["amount"] > 0) & (rows["quantity"] > 0))
    priced = sold.select("product_id", price=_price(sold))
    usual = priced.group_by("product_id").aggregate(usual_price=priced["price"].quantile(0.5), sales=priced.count())
    usual = usual.filter(usual["sales"] >= _MIN_SALES).select("product_id", "usual_price")
    return rows.left_join(usual, "product_id").drop("product_id_right")


def mark_outliers(rows: ir.Table, names: Sequence[str], limits: Mapping[str, float]) -> ir.Table:
    """Add ``is_<name>`` for outlier rules.

    Parameters
    ----------
    rows
        Staged order lines with amounts completed.
    names
        Of :data:`OUTLIERS`.
    limits
        Of :func:`limits_of`.
    """
    marked = _with_usual_price(rows) if "price_typo" in names else rows
    hits: dict[str, ir.BooleanValue] = {}
    if "test_order" in names:
        texts = [marked[name].fill_null("").lower() for name in ("product_id", "product_name", "customer_id")]
        named = ibis.or_(*[text.re_search(_TEST) for text in texts])
        hits["test_order"] = named | (marked["amount"] == limits["test_order"] if "test_order" in limits else False)
    if "wholesale" in names:
        limit = limits.get("wholesale")
        hits["wholesale"] = marked["quantity"] > limit if limit is not None else ibis.literal(False)
    if "price_typo" in names:
        times = _price(marked) / marked["usual_price"].nullif(0.0)
        times = ibis.ifelse(times < 1, 1 / times.nullif(0.0), times)
        low, high = _TENFOLD
        hits["price_typo"] = (marked["quantity"] > 0) & (times >= low) & (times <= high)
    marked = marked.mutate(**{f"is_{name}": hit.fill_null(False) for name, hit in hits.items()})
    return marked.drop("usual_price") if "price_typo" in names else marked


def examples_of(marked: ir.Table, name: str) -> str:
    """A few lines that a rule fits, by order number, pieces and amount, the largest first."""
    hit = marked.filter(marked[f"is_{name}"])
    some = hit.order_by([hit["amount"].abs().desc(), hit["order_id"]]).limit(_EXAMPLES)
    frame = collect(some.select("order_id", "quantity", "amount"))
    return "; ".join(f"{r.order_id}: {r.quantity:g}, {r.amount:.2f}" for r in frame.itertuples())

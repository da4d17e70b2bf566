"""An index of loyalty: who buys again, how broadly, what share of their spending, and who would recommend."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.features.empty import empty_frame
from crm_analysis.features.purchases import is_purchase
from crm_analysis.features.wallet import customer_share
from crm_analysis.features.windows import within
from crm_analysis.features.years import YEAR_DAYS, year_bounds
from crm_analysis.intervals import NORMAL_90
from crm_analysis.thresholds import PERCENT_CUSTOMERS
from crm_analysis.warehouse import collect

__all__ = ["LOYALTY_PARTS", "loyalty_index"]

LOYALTY_PARTS = ("repeat", "breadth", "advocacy", "share")
"""Parts of the index, each a share between 0 and 1."""

BROAD_CATEGORIES = 3
PROMOTER_FROM = 0.9
_COLUMNS = ["period", "part", "value", "low", "high", "customers"]


def loyalty_index(
    lines: ir.Table,
    products: ir.Table | None,
    feedback: ir.Table | None,
    spend: ir.Table | None,
    first: date,
    as_of: date,
) -> pd.DataFrame:
    """The index and its parts in the last year and in the one before.

    ``repeat``: of the customers of the year, those who bought on two days or more. ``breadth``: those who bought from
    three categories or more. ``advocacy``: of the customers who gave a score in the year, those whose last one is nine
    tenths of the best or more. ``share``: own sales over all that customers spend, of the calendar year
    (:func:`crm_analysis.features.customer_share`). The index is the mean of the parts that are known in all periods
    shown, times one hundred, so that a table that is new does not move it.

    Parameters
    ----------
    lines
        Order lines.
    products, feedback, spend
        With category; with score, scale_max and customer_id; category_spend. None where missing.
    first, as_of
        First and last day of the data.

    Returns
    -------
    pandas.DataFrame
        One row per period (``before``, only where the data covers it, and ``after``) and part (of
        :data:`LOYALTY_PARTS`, and ``index``): value, low, high (90 %; parts taken as independent), customers. Parts
        with under 30 customers are left out. Empty where nothing is known.
    """
    start, later, last = year_bounds(as_of)
    periods = {"after": (later, last)}
    if first <= start:
        periods = {"before": (start, later - timedelta(days=1)), **periods}
    parts: list[tuple[str, str, float, float, int]] = []
    for name, (since, until) in periods.items():
        parts += [(name, *row) for row in _bought(lines, products, since, until)]
        parts += [(name, *row) for row in _advocates(feedback, since, until)]
        wallet = customer_share(lines, products, spend, until)
        if wallet is not None and (until.year - wallet.year) * YEAR_DAYS <= YEAR_DAYS:
            error = (wallet.high - wallet.low) / 2 / NORMAL_90
            parts.append((name, "share", wallet.share, error, wallet.customers))
    found = pd.DataFrame(parts, columns=["period", "part", "value", "error", "customers"])
    found = found[found["customers"] >= PERCENT_CUSTOMERS]
    everywhere = found.groupby("part")["period"].nunique()
    found = found[found["part"].isin(everywhere[everywhere == found["period"].nunique()].index)]
    if found.empty:
        return empty_frame(_COLUMNS, 2)
    whole = found.groupby("period", sort=False).agg(
        value=("value", "mean"), n=("value", "size"), square=("error", lambda e: float((e**2).sum())),
        customers=("customers", "max"),
    )  # fmt: skip
    index = whole.assign(part="index", error=np.sqrt(whole["square"]) / whole["n"]).reset_index()
    both = pd.concat([index, found], ignore_index=True)
    spread = NORMAL_90 * both["error"]
    both = both.assign(low=(both["value"] - spread).clip(0, 1), high=(both["value"] + spread).clip(0, 1))
    both.loc[both["part"] == "index", ["value", "low", "high"]] *= 100
    return both[_COLUMNS].astype({"customers": "int64"})


def _error(share: float, n: int) -> float:
    return float(np.sqrt(share * (1 - share) / n)) if n else float("nan")


def _bought(
    lines: ir.Table, products: ir.Table | None, since: date, until: date
) -> list[tuple[str, float, float, int]]:
    year = within(lines, "ordered_at", since, until)
    sold = year.filter(is_purchase(year)).mutate(day=lambda t: t["ordered_at"].date())
    has_category = products is not None and "category" in products.columns and "product_id" in sold.columns
    if products is not None and has_category:
        sold = sold.left_join(products.select("product_id", "category"), "product_id")
    each = sold.group_by("customer_id").aggregate(
        days=sold["day"].nunique(), categories=sold["category"].nunique() if has_category else ibis.literal(0)
    )
    n, again, broad = (
        collect(
            each.aggregate(
                n=each.count(), again=(each["days"] >= 2).cast("int64").sum(),
                broad=(each["categories"] >= BROAD_CATEGORIES).cast("int64").sum(),
            )
        ).fillna(0).astype("int64").iloc[0]
    )  # fmt: skip
    if not n:
        return []
    rows = [("repeat", again / n, _error(again / n, n), int(n))]
    if has_category:
        rows.append(("breadth", broad / n, _error(broad / n, n), int(n)))
    return rows


def _advocates(feedback: ir.Table | None, since: date, until: date) -> list[tuple[str, float, float, int]]:
    if feedback is None or not {"score", "scale_max", "customer_id"} <= set(feedback.columns):
        return []
    told = within(feedback, "given_at", since, until)
    known = told.filter(told["score"].notnull() & (told["scale_max"] > 0) & told["customer_id"].notnull())
    newest = ibis.window(group_by="customer_id", order_by=[ibis.desc("given_at"), ibis.desc("feedback_id")])
    last = known.mutate(place=ibis.row_number().over(newest)).filter(lambda t: t["place"] == 0)
    promotes = (last["score"] / last["scale_max"] >= PROMOTER_FROM - 1e-9).cast("int64")
    row = collect(last.aggregate(n=last.count(), good=promotes.sum())).fillna(0).astype("int64").iloc[0]
    n, good = int(row["n"]), int(row["good"])
    return [("advocacy", good / n, _error(good / n, n), n)] if n else []

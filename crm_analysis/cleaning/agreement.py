"""Does it match the books: sales per month beside what the files state, each difference by its name."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.warehouse import collect

__all__ = ["agreement_by_month"]

_STEPS = ("repeated", "discount", "shipping", "points", "refunded")
"""``adjusted_...`` of staging: what lies between the money stated and the amount of the line."""


def agreement_by_month(rows: ir.Table) -> pd.DataFrame:
    """Sales per month beside the sum of the source.

    Parameters
    ----------
    rows
        Every staged line with ``rule``, NULL when kept. ``stated_amount`` is what the file says; where staging
        left none, the amount is.

    Returns
    -------
    pandas.DataFrame
        One row per month (NaT: no date): month, raw_amount, sales_amount and one column of money for each rule
        that took lines out and each step from the money stated to sales: discount, shipping, points, tax, refunded,
        repeated (amounts of orders that stand on each line), other. raw_amount plus these columns is sales_amount.
    """
    steps = _with_steps(rows)
    names = [name.removeprefix("_part_") for name in steps.columns if name.startswith("_part_")]
    grouped = steps.group_by("month", "rule")
    sums = collect(
        grouped.aggregate(
            stated=steps["_stated"].sum(), sales=steps["_sales"].sum(), **{n: steps[f"_part_{n}"].sum() for n in names}
        )
    ).fillna(dict.fromkeys(("stated", "sales", *names), 0.0))
    kept = sums["rule"] == "kept"
    parts = sums.loc[kept, ["month", *names]].melt("month", var_name="part", value_name="money")
    taken = sums.loc[~kept, ["month", "rule", "stated"]].rename(columns={"rule": "part", "stated": "money"})
    parts = pd.concat([parts, taken.assign(money=-taken["money"])], ignore_index=True).astype({"money": "float64"})
    frame = sums.assign(sales=sums["sales"].where(kept, 0.0)).groupby("month", dropna=False)[["stated", "sales"]].sum()
    wide = parts.pivot_table(index="month", columns="part", values="money", aggfunc="sum", dropna=False, fill_value=0.0)
    wide = wide.loc[:, (wide.abs() > 1e-9).any()]
    found = frame.rename(columns={"stated": "raw_amount", "sales": "sales_amount"}).reset_index()
    found = found.merge(wide.reset_index(), on="month", how="left").fillna(dict.fromkeys(wide.columns, 0.0))
    money = [name for name in found.columns if name != "month"]
    return found.astype(dict.fromkeys(money, "float64")).sort_values("month", ignore_index=True)


def _with_steps(rows: ir.Table) -> ir.Table:
    """``month``, ``rule``, ``_stated``, ``_sales`` and, for kept lines, the ``_part_...`` between both."""
    amount = rows["amount"].fill_null(0.0)
    stated = rows["stated_amount"].fill_null(0.0) if "stated_amount" in rows.columns else amount
    parts = {n: rows[f"adjusted_{n}"].fill_null(0.0) for n in _STEPS if f"adjusted_{n}" in rows.columns}
    if parts and "_tax_on_top" in rows.columns:
        parts["tax"] = ibis.ifelse(rows["order_amount"].notnull(), -rows["_tax_on_top"].fill_null(0.0), 0.0)
    rest = amount - stated
    for part in parts.values():
        rest -= part
    undone, back = rows["is_cancelled_order"], rows["is_return"] & ~rows["is_cancelled_order"]
    parts["cancelled_order"] = ibis.ifelse(undone, rest, 0.0)
    parts["return"] = ibis.ifelse(back, rest, 0.0)
    parts["other"] = ibis.ifelse(undone | back, 0.0, rest)
    return rows.select(
        month=rows["ordered_at"].truncate("M").date(),
        rule=rows["rule"].fill_null("kept"),
        _stated=stated,
        _sales=amount,
        **{f"_part_{name}": part for name, part in parts.items()},
    )

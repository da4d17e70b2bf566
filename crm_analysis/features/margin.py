"""The margin: from costs of goods where they are known, else as set, else assumed; without the tax in sales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.config import AnalysisSettings
from crm_analysis.errors import ContractError
from crm_analysis.features.totals import total
from crm_analysis.messages import _
from crm_analysis.thresholds import KNOWN_COSTS_SHARE
from crm_analysis.warehouse import collect

__all__ = ["Margin", "margin_of"]


@dataclass(frozen=True)
class Margin:
    """Share of revenue, with its tax, that is profit before contacts and offers, and what it rests on."""

    rate: float
    basis: Literal["costs", "setting", "assumed"]


def margin_of(lines: ir.Table, products: ir.Table | None, analysis: AnalysisSettings) -> Margin:
    """The margin to reckon with.

    Costs come from ``order_lines.unit_cost``, else from ``products.unit_cost``; returns bring revenue and cost back.
    Tax contained in the amounts (``order_lines.tax``) is no profit: costs and a margin that is set or assumed are
    held against sales without it.

    Parameters
    ----------
    lines
        Order lines.
    products
        With unit_cost; None where there are none.
    analysis
        ``[analysis]``: its margin_rate counts where costs are not known.

    Raises
    ------
    ContractError
        Costs are at least as high as sales: they are hardly costs of one piece in the same money.
    """
    found = _from_costs(lines, products)
    if found is not None:
        return Margin(found, "costs")
    rate = analysis.margin * (1 - _tax_share(lines))
    return Margin(rate, "assumed" if analysis.margin_rate is None else "setting")


def _tax_share(lines: ir.Table) -> float:
    """Tax as a share of the amounts that contain it."""
    if "tax" not in lines.columns:
        return 0.0
    sums = collect(lines.aggregate(sales=total(lines["amount"].fill_null(0.0)), tax=total(lines["tax"].fill_null(0.0))))
    sales, tax = (0.0 if pd.isna(value) else float(value) for value in sums.iloc[0][["sales", "tax"]])
    return tax / sales if sales > 0 else 0.0


def _from_costs(lines: ir.Table, products: ir.Table | None) -> float | None:
    tax = lines["tax"].fill_null(0.0) if "tax" in lines.columns else ibis.literal(0.0)
    rows = lines.select("product_id", "amount", "quantity", cost=lines["unit_cost"], tax=tax)
    if products is not None and "unit_cost" in products.columns:
        joined = rows.left_join(products.select("product_id", product_cost="unit_cost"), "product_id")
        rows = joined.mutate(cost=ibis.coalesce(joined["cost"], joined["product_cost"]))
    known = rows["cost"].notnull() & rows["quantity"].notnull()
    sums = collect(
        rows.aggregate(
            sales=total(rows["amount"].fill_null(0.0)),
            covered=total(ibis.ifelse(known, rows["amount"], 0.0).fill_null(0.0)),
            taxes=total(ibis.ifelse(known, rows["tax"], 0.0).fill_null(0.0)),
            costs=total(ibis.ifelse(known, rows["cost"] * rows["quantity"], 0.0).fill_null(0.0)),
        )
    ).iloc[0]
    if pd.isna(sums["sales"]) or sums["sales"] <= 0 or sums["covered"] < KNOWN_COSTS_SHARE * sums["sales"]:
        return None
    share = float((sums["costs"] + sums["taxes"]) / sums["covered"])
    if share >= 1:
        raise ContractError(
            _(
                "unit_cost adds up to {share} % of the sales it is known for, so every sale would lose money. Check "
                "that it is the cost of one piece, in the same money.",
                share=f"{100 * share:.0f}",
            )
        )
    return 1 - share

"""The margin: what of revenue is profit before contacts and offers, as the ladder of profit says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

import ibis.expr.types as ir

from crm_analysis.config import AnalysisSettings, CostSettings
from crm_analysis.features.profit import ProfitLadder, profit_ladder

__all__ = ["Margin", "margin_from", "margin_of"]

_DIGITS = 12


@dataclass(frozen=True)
class Margin:
    """Share of revenue, with its tax, that is profit before contacts and offers, and what it rests on."""

    rate: float
    basis: Literal["costs", "setting", "assumed"]


def margin_of(
    lines: ir.Table, products: ir.Table | None, analysis: AnalysisSettings, costs: CostSettings | None = None
) -> Margin:
    """The margin to reckon with.

    Costs come from ``order_lines.unit_cost``, else from ``products.unit_cost``; returns bring revenue and cost back.
    Tax contained in the amounts (``order_lines.tax``) is no profit: costs and a margin that is set or assumed are
    held against sales without it. Points that were spent, parcels and payment fees are taken off as ``[costs]`` says.

    Parameters
    ----------
    lines
        Order lines.
    products
        With unit_cost; None where there are none.
    analysis
        ``[analysis]``: its margin_rate counts where costs are not known.
    costs
        ``[costs]``: parcels and payment fees.

    Raises
    ------
    ContractError
        Costs are at least as high as sales: they are hardly costs of one piece in the same money.
    """
    ladder = profit_ladder(lines, analysis, costs or CostSettings(), date.max, products=products)
    return margin_from(ladder, analysis)


def margin_from(ladder: ProfitLadder, analysis: AnalysisSettings) -> Margin:
    """The margin that a ladder holds; without revenue, or where nothing of it is left, the one that is set or assumed.

    A margin at or below zero says that every sale loses money: no decision can be reckoned with it.
    """
    rate = ladder.margin_rate
    if math.isnan(rate) or rate <= 0:
        return Margin(analysis.margin, "assumed" if analysis.margin_rate is None else "setting")
    return Margin(round(rate, _DIGITS), ladder.margin_basis)

"""One ladder of profit for all pages: from sales at full price to what each customer leaves.

Sales at full price, less the shop's own discounts, returns, tax and points, less goods, shipping and payment fees: the
gross profit. Less service, contacts and offers: the profit. A rung without data is assumed visibly or left out by
name; every rung is summed per customer, so that each ranking can be in profit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.config import AnalysisSettings, CostSettings
from crm_analysis.errors import ContractError
from crm_analysis.features.purchases import is_purchase
from crm_analysis.features.serving import serving_costs
from crm_analysis.features.totals import total
from crm_analysis.features.windows import within
from crm_analysis.messages import _
from crm_analysis.thresholds import KNOWN_COSTS_SHARE
from crm_analysis.warehouse import collect

__all__ = ["GROSS_RUNGS", "RUNGS", "Basis", "ProfitLadder", "profit_ladder"]

Basis = Literal["data", "setting", "assumed", "left_out"]

GROSS_RUNGS = ("full_price", "discounts", "paid_by_makers", "returns", "tax", "points", "goods", "shipping", "fees")
"""Rungs down to the gross profit, in order; amounts that lower profit are negative."""

RUNGS = (*GROSS_RUNGS, "service", "contacts", "offers")
"""All rungs: what follows the gross profit is the cost of serving and winning over."""

_MAKERS = ("manufacturer", "maker", "supplier", "vendor", "brand", "제조사", "공급사", "브랜드", "입점사")
_PICKED_UP = ("pickup", "pick-up", "pick_up", "store", "픽업", "매장수령", "방문수령")


@dataclass(frozen=True)
class ProfitLadder:
    """What customers left over a period.

    Attributes
    ----------
    customers
        One row per customer_id: a column per rung (currency; what lowers profit is negative), revenue (sales net of
        returns, as amounts are stored), gross_profit, serving (service, contacts and offers, as a cost), profit.
    bases
        Rung to what it rests on: ``data``, ``setting``, ``assumed`` or ``left_out``.
    margin_rate
        Gross profit as a share of revenue; NaN without revenue.
    margin_basis
        What the cost of goods rests on: ``costs``, ``setting`` or ``assumed``.
    """

    customers: pd.DataFrame
    bases: dict[str, Basis]
    margin_rate: float
    margin_basis: Literal["costs", "setting", "assumed"]

    @property
    def rungs(self) -> pd.DataFrame:
        """The whole shop: rung (with the sums ``revenue``, ``gross_profit`` and ``profit``), amount, basis."""
        sums = self.customers[[*RUNGS, "revenue", "gross_profit", "profit"]].sum()
        order = [*RUNGS[:4], "revenue", *GROSS_RUNGS[4:], "gross_profit", *RUNGS[len(GROSS_RUNGS) :], "profit"]
        rows = [(name, float(sums[name]), self.bases.get(name, "data")) for name in order]
        return pd.DataFrame(rows, columns=["rung", "amount", "basis"])


def profit_ladder(
    lines: ir.Table,
    analysis: AnalysisSettings,
    costs: CostSettings,
    as_of: date,
    *,
    since: date | None = None,
    products: ir.Table | None = None,
    contacts: ir.Table | None = None,
    redemptions: ir.Table | None = None,
    offers: ir.Table | None = None,
) -> ProfitLadder:
    """Profit of every customer, rung by rung.

    Parameters
    ----------
    lines
        Order lines.
    analysis
        Its margin counts where costs of goods are not known.
    costs
        ``[costs]``: what the data does not say.
    as_of, since
        Last and first day to look at; without ``since`` from the beginning.
    products
        With unit_cost, where the lines have none.
    contacts, redemptions, offers
        Cost of serving, None where there are no such tables. An offer of kind money is not counted again where
        discounts stand on the lines.

    Returns
    -------
    ProfitLadder

    Raises
    ------
    ContractError
        Costs are at least as high as the sales they are known for: hardly the cost of one piece in the same money.
    """
    known = collect(_sums(within(lines, "ordered_at", since, as_of), products).order_by("customer_id"))
    frame = known.astype(dict.fromkeys(known.columns.drop("customer_id"), "float64")).fillna(0.0)
    bases: dict[str, Basis] = dict.fromkeys(RUNGS, "data")
    basis = _goods(frame, analysis, bases)
    _fees(frame, lines, costs, bases)
    discounted = bool(frame["discounts"].any())
    serving, found = serving_costs(
        within(contacts, "contacted_at", since, as_of) if contacts is not None else None,
        within(redemptions, "redeemed_at", since, as_of) if redemptions is not None else None,
        offers,
        minute_cost=costs.minute,
        money_is_discount=discounted,
    )
    frame = frame.merge(serving, on="customer_id", how="left").fillna(dict.fromkeys(serving.columns[1:], 0.0))
    bases |= found
    frame["gross_profit"] = frame[list(GROSS_RUNGS)].sum(axis=1)
    frame["serving"] = -frame[["service", "contacts", "offers"]].sum(axis=1)
    frame["profit"] = frame["gross_profit"] - frame["serving"]
    revenue = float(frame["revenue"].sum())
    rate = float(frame["gross_profit"].sum()) / revenue if revenue > 0 else float("nan")
    columns = ["customer_id", *RUNGS, "revenue", "gross_profit", "serving", "profit", "cost_known"]
    # Engines add in parallel: the last bits differ.
    rounded = frame[columns].round(dict.fromkeys(columns[1:], 6))
    return ProfitLadder(rounded, bases, rate, basis)


def _sums(lines: ir.Table, products: ir.Table | None) -> ir.Table:
    """One row per customer: the rungs that are sums of lines, the money with and without a known cost, deliveries."""
    nothing = ibis.literal(0.0)

    def number(name: str) -> ir.NumericValue:
        return lines[name].fill_null(0.0) if name in lines.columns else nothing

    def word(name: str) -> ir.StringValue:
        return lines[name].lower().fill_null("") if name in lines.columns else ibis.literal("")

    sold, off = _is_sale(lines), number("discount").abs()
    cost = lines["unit_cost"] if "unit_cost" in lines.columns else ibis.null("float64")
    quantity = lines["quantity"].cast("float64") if "quantity" in lines.columns else ibis.null("float64")
    order = lines["order_id"] if "order_id" in lines.columns else lines["ordered_at"].cast("string")
    rows = lines.select(
        "customer_id",
        product_id=lines["product_id"] if "product_id" in lines.columns else ibis.null("string"),
        amount=number("amount"),
        sale=ibis.ifelse(sold, number("amount"), 0.0),
        off=ibis.ifelse(sold, off, 0.0),
        makers=ibis.ifelse(sold & word("discount_funding").isin(_MAKERS), off, 0.0),
        tax=number("tax"),
        points=number("points_used"),
        fee=number("shipping"),
        cost=cost,
        quantity=quantity,
        sent=ibis.ifelse(is_purchase(lines) & ~word("fulfilment").isin(_PICKED_UP), order, ibis.null("string")),
    )
    if products is not None and "unit_cost" in products.columns:
        joined = rows.left_join(
            products.select(coded="product_id", product_cost="unit_cost"), [("product_id", "coded")]
        )
        rows = joined.mutate(cost=ibis.coalesce(joined["cost"], joined["product_cost"]))
    known = rows["cost"].notnull() & rows["quantity"].notnull()
    net = rows["amount"] - rows["tax"]
    return rows.group_by("customer_id").aggregate(
        full_price=total(rows["sale"] + rows["off"]),
        discounts=total(-rows["off"]),
        paid_by_makers=total(rows["makers"]),
        returns=total(rows["amount"] - rows["sale"]),
        tax=total(-rows["tax"]),
        points=total(-rows["points"]),
        revenue=total(rows["amount"]),
        known_goods=total(ibis.ifelse(known, -rows["cost"] * rows["quantity"], 0.0)),
        known_net=total(ibis.ifelse(known, net, 0.0)),
        known_amount=total(ibis.ifelse(known, rows["amount"], 0.0)),
        unknown_net=total(ibis.ifelse(known, 0.0, net)),
        shipping=total(rows["fee"]),
        parcels=rows["sent"].nunique(),
    )


def _is_sale(lines: ir.Table) -> ir.BooleanValue:
    """Lines that were sold, also those taken back whole later: the ladder shows what returns and cancellations take."""
    return lines["line_kind"] == "sale" if "line_kind" in lines.columns else lines["amount"] > 0


def _goods(
    frame: pd.DataFrame, analysis: AnalysisSettings, bases: dict[str, Basis]
) -> Literal["costs", "setting", "assumed"]:
    """Cost of goods: as known, at the same rate where a line's is not; by the margin where too few are known."""
    sums = frame[["revenue", "known_amount", "known_net", "known_goods"]].sum()
    covered = sums["revenue"] > 0 and sums["known_amount"] >= KNOWN_COSTS_SHARE * sums["revenue"]
    frame["cost_known"] = (frame["known_amount"] / frame["revenue"].where(frame["revenue"] > 0)).clip(0, 1).fillna(0.0)
    if covered and sums["known_net"] > 0:
        rate = -float(sums["known_goods"] / sums["known_net"])
        if rate >= 1:
            raise ContractError(_too_dear(rate))
        frame["goods"] = frame["known_goods"] - rate * frame["unknown_net"]
        return "costs"
    frame["cost_known"] = 0.0
    frame["goods"] = -(1 - analysis.margin) * (frame["revenue"] + frame["tax"])
    basis: Literal["setting", "assumed"] = "assumed" if analysis.margin_rate is None else "setting"
    bases["goods"] = basis
    return basis


def _too_dear(rate: float) -> str:
    return _(
        "unit_cost adds up to {share} % of the sales it is known for, so every sale would lose money. Check "
        "that it is the cost of one piece, in the same money.",
        share=f"{100 * rate:.0f}",
    )


def _fees(frame: pd.DataFrame, lines: ir.Table, costs: CostSettings, bases: dict[str, Basis]) -> None:
    """Shipping and payment: fees that customers paid count only where the cost of a parcel is set."""
    if costs.shipping_per_order is None:
        frame["shipping"], bases["shipping"] = 0.0, "left_out"
    else:
        frame["shipping"] -= costs.shipping_per_order * frame["parcels"]
        bases["shipping"] = "setting"
    frame["fees"] = 0.0 if costs.payment_fee_rate is None else -costs.payment_fee_rate * frame["revenue"].clip(lower=0)
    bases["fees"] = "left_out" if costs.payment_fee_rate is None else "setting"
    for rung, column in (("discounts", "discount"), ("tax", "tax"), ("points", "points_used")):
        if column not in lines.columns or not frame[rung].any():
            bases[rung] = "left_out"

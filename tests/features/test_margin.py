"""The margin: costs first, then the setting, then the assumption, on both engines."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pytest

from crm_analysis.config import AnalysisSettings
from crm_analysis.errors import ContractError
from crm_analysis.features import Margin, margin_of

ASSUMED, KNOWN = AnalysisSettings(), AnalysisSettings(margin_rate=0.2)


def _costing(lines: ir.Table, share: float) -> ir.Table:
    pieces = lines["quantity"].nullif(0)
    return lines.mutate(quantity=pieces, unit_cost=(lines["amount"] / pieces * share).cast("float64"))


def test_costs_of_the_lines_come_first(lines: ir.Table) -> None:
    found = margin_of(_costing(lines, 0.6), None, KNOWN)
    assert found.basis == "costs"
    assert found.rate == pytest.approx(0.4)


def test_costs_of_the_products_stand_in(lines: ir.Table, products: ir.Table) -> None:
    bare = lines.mutate(unit_cost=ibis.null("float64"), quantity=ibis.literal(1.0), amount=ibis.literal(50.0))
    priced = products.mutate(unit_cost=ibis.literal(20.0))
    everything = bare.filter(bare["product_id"].isin(["tea", "cup"]))
    assert margin_of(everything, priced, ASSUMED).rate == pytest.approx(0.6)


def test_without_costs_the_setting_counts_and_then_the_assumption(lines: ir.Table) -> None:
    bare = lines.mutate(unit_cost=ibis.null("float64"))
    assert margin_of(bare, None, KNOWN) == Margin(0.2, "setting")
    assert margin_of(bare, None, ASSUMED) == Margin(0.3, "assumed")


def test_costs_above_the_sales_are_refused(lines: ir.Table) -> None:
    with pytest.raises(ContractError, match=r"unit_cost adds up to 150 % of the sales"):
        margin_of(_costing(lines, 1.5), None, ASSUMED)


def test_tax_in_the_amounts_is_no_profit(lines: ir.Table) -> None:
    taxed = lines.mutate(tax=lines["amount"] / 11)
    assert margin_of(_costing(taxed, 0.6), None, KNOWN).rate == pytest.approx(1 - 0.6 - 1 / 11)
    bare = taxed.mutate(unit_cost=ibis.null("float64"))
    assert margin_of(bare, None, KNOWN).rate == pytest.approx(0.2 * 10 / 11)

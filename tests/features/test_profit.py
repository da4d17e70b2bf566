"""The ladder of profit: every rung adds up, what is not known is named, on both engines."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from crm_analysis.config import AnalysisSettings, CostSettings
from crm_analysis.errors import ContractError
from crm_analysis.features import (
    RUNGS,
    ProfitLadder,
    big_unprofitable,
    customer_facts,
    losing_customers,
    profit_deciles,
    profit_ladder,
    turning_margin,
    with_profit,
)
from crm_analysis.warehouse import Engine, Warehouse

AS_OF = date(2024, 3, 31)
SETTING, ASSUMED = AnalysisSettings(margin_rate=0.4), AnalysisSettings()
CONTACTS = pd.DataFrame(
    {
        "contact_id": ["k1", "k2", "k3", "k4"],
        "customer_id": ["c1", "c1", "c2", "c9"],
        "contacted_at": pd.to_datetime(["2024-02-01", "2024-02-02", "2024-02-03", "2024-02-04"]),
        "channel": ["phone", "email", "phone", "email"],
        "direction": ["in", "out", "out", "out"],
        "purpose": ["service", "sales", "service", "sales"],
        "cost": [3.0, 0.5, None, 1.0],
        "handled_minutes": [4.0, None, 10.0, None],
    }
)
OFFERS = pd.DataFrame({"offer_id": ["f1", "f2"], "kind": ["money", "service"], "cost": [7.0, 2.0]})
REDEMPTIONS = pd.DataFrame(
    {
        "customer_id": ["c2", "c2", "c5"],
        "offer_id": ["f1", "f2", "f2"],
        "redeemed_at": pd.to_datetime(["2024-02-01", "2024-02-02", "2024-03-02"]),
    }
)


@pytest.fixture(scope="module")
def serving(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ir.Table]:
    warehouse = Warehouse(tmp_path_factory.mktemp("serving"), engine)
    for name, frame in (("contacts", CONTACTS), ("offers", OFFERS), ("redemptions", REDEMPTIONS)):
        warehouse.write_frame(name, frame)
    return {name: warehouse.read(name) for name in ("contacts", "offers", "redemptions")}


def _ladder(lines: ir.Table, analysis: AnalysisSettings = SETTING, **more: object) -> ProfitLadder:
    return profit_ladder(lines, analysis, CostSettings(), AS_OF, **more)  # type: ignore[arg-type]


def test_rungs_add_up_to_revenue_and_profit(lines: ir.Table, serving: dict[str, ir.Table]) -> None:
    ladder = _ladder(lines, **serving)
    frame = ladder.customers.set_index("customer_id")
    revenue = customer_facts(lines, AS_OF).set_index("customer_id")["revenue"]
    down_to_revenue = frame[["full_price", "discounts", "returns"]].sum(axis=1)
    assert down_to_revenue.to_dict() == pytest.approx(revenue.to_dict())
    assert frame["profit"].to_dict() == pytest.approx(frame[list(RUNGS)].sum(axis=1).to_dict())
    table = ladder.rungs.set_index("rung")["amount"]
    assert table["revenue"] == pytest.approx(table[["full_price", "discounts", "paid_by_makers", "returns"]].sum())
    assert table["profit"] == pytest.approx(frame["profit"].sum())


def test_own_discounts_returns_and_serving_of_one_customer(lines: ir.Table, serving: dict[str, ir.Table]) -> None:
    row = _ladder(lines, **serving).customers.set_index("customer_id").loc["c1"]
    assert row["full_price"] == 76.0  # 10 + 1 off, 5, 20, 40
    assert row["discounts"] == -1.0
    assert row["returns"] == -20.0
    assert row["goods"] == pytest.approx(-0.6 * 55.0)
    assert row["service"] == -3.0
    assert row["contacts"] == -0.5
    assert row["profit"] == pytest.approx(55.0 * 0.4 - 3.5)


def test_a_sale_that_was_undone_is_shown_as_taken_back(lines: ir.Table) -> None:
    row = _ladder(lines).customers.set_index("customer_id").loc["c3"]
    assert (row["full_price"], row["returns"], row["revenue"]) == (80.0, -50.0, 30.0)


def test_discounts_of_makers_come_back(lines: ir.Table) -> None:
    funded = lines.mutate(discount_funding=ibis.literal("Manufacturer"))
    row = _ladder(funded).customers.set_index("customer_id").loc["c1"]
    assert (row["discounts"], row["paid_by_makers"]) == (-1.0, 1.0)
    assert row["gross_profit"] == pytest.approx(55.0 * 0.4 + 1.0)


def test_money_offers_are_discounts_already(lines: ir.Table, serving: dict[str, ir.Table]) -> None:
    frame = _ladder(lines, **serving).customers.set_index("customer_id")
    assert frame["offers"].to_dict() == {"c1": 0.0, "c2": -2.0, "c3": 0.0, "c4": 0.0, "c5": -2.0}
    plain = lines.mutate(discount=ibis.null("float64"))
    assert _ladder(plain, **serving).customers.set_index("customer_id").loc["c2", "offers"] == -9.0


def test_minutes_cost_where_no_cost_is_given(lines: ir.Table, serving: dict[str, ir.Table]) -> None:
    found = profit_ladder(lines, SETTING, CostSettings(minute=0.5), AS_OF, contacts=serving["contacts"])
    assert found.customers.set_index("customer_id").loc["c2", "service"] == -5.0


def test_known_costs_speak_for_the_lines_without(lines: ir.Table) -> None:
    known = lines.mutate(unit_cost=ibis.ifelse(lines["customer_id"] == "c3", None, lines["amount"] * 0.25))
    known = known.mutate(quantity=ibis.literal(1.0))
    ladder = _ladder(known, ASSUMED)
    assert ladder.margin_basis == "costs"
    assert ladder.customers.set_index("customer_id").loc["c3", "goods"] == pytest.approx(-7.5)
    assert ladder.margin_rate == pytest.approx(0.75)
    assert ladder.bases["goods"] == "data"


def test_parcels_and_fees_count_only_where_they_are_set(lines: ir.Table) -> None:
    shipped = lines.mutate(shipping=ibis.ifelse(lines["order_id"] == "o6", 4.0, 0.0))
    left_out = _ladder(shipped)
    assert left_out.bases["shipping"] == left_out.bases["fees"] == "left_out"
    assert left_out.customers["shipping"].eq(0.0).all()
    costs = CostSettings(shipping_per_order=3.0, payment_fee_rate=0.02)
    frame = profit_ladder(shipped, SETTING, costs, AS_OF).customers.set_index("customer_id")
    assert frame.loc["c2", "shipping"] == 1.0
    assert frame.loc["c1", "shipping"] == -12.0
    assert frame.loc["c2", "fees"] == -2.0
    picked = shipped.mutate(fulfilment=ibis.literal("pickup"))
    assert profit_ladder(picked, SETTING, costs, AS_OF).customers["shipping"].sum() == 4.0


def test_what_is_assumed_or_left_out_is_named(lines: ir.Table) -> None:
    bases = _ladder(lines, ASSUMED).bases
    assert bases["goods"] == "assumed"
    assert {name for name, basis in bases.items() if basis == "left_out"} == {
        "tax", "points", "shipping", "fees", "service", "contacts", "offers",
    }  # fmt: skip


def test_tax_and_points_are_no_profit(lines: ir.Table) -> None:
    taxed = lines.mutate(tax=lines["amount"] / 11, points_used=ibis.ifelse(lines["order_id"] == "o6", 10.0, 0.0))
    row = _ladder(taxed).customers.set_index("customer_id").loc["c2"]
    assert row["gross_profit"] == pytest.approx(0.4 * (100 - 100 / 11) - 10)


def test_a_period_counts_its_own_days_only(lines: ir.Table, serving: dict[str, ir.Table]) -> None:
    frame = _ladder(lines, since=date(2024, 3, 1), **serving).customers.set_index("customer_id")
    assert frame.loc["c1", "revenue"] == 20.0
    assert frame["service"].sum() == 0.0
    assert frame.loc["c5", "offers"] == -2.0


def test_costs_above_sales_are_refused(lines: ir.Table) -> None:
    wrong = lines.mutate(unit_cost=lines["amount"] * 1.2, quantity=ibis.literal(1.0))
    with pytest.raises(ContractError, match=r"unit_cost adds up to 120 % of the sales"):
        _ladder(wrong)


def _made(profit: list[float], revenue: list[float], goods_share: float = 0.5) -> ProfitLadder:
    """Customers whose profit lacks what contacts cost."""
    frame = pd.DataFrame(0.0, index=range(len(profit)), columns=[*RUNGS, "gross_profit", "serving", "cost_known"])
    frame.insert(0, "customer_id", [f"c{i}" for i in frame.index])
    frame["revenue"] = frame["full_price"] = revenue
    frame["goods"] = -goods_share * frame["revenue"]
    frame["profit"] = profit
    frame["contacts"] = frame["profit"] - frame["revenue"] - frame["goods"]
    return ProfitLadder(frame, dict.fromkeys(RUNGS, "data"), 0.5, "assumed")


def test_big_customers_with_a_loss_are_named_with_the_reason() -> None:
    found = big_unprofitable(_made([40.0, -5.0, *[5.0] * 8], [100.0, 90.0, *[10.0] * 8]))
    assert found["customer_id"].tolist() == ["c1"]
    assert found["driver"].tolist() == ["contacts"]
    assert found.loc[0, "driver_amount"] == pytest.approx(50 - 90 * (10 + 50) / 190)
    assert big_unprofitable(_made([40.0] * 5, [100.0] * 5)).empty


def test_the_turning_margin_leaves_nothing() -> None:
    ladder = _made([30.0, -10.0], [100.0, 60.0])
    turn = turning_margin(ladder)
    moved = ladder.customers["profit"] - (0.5 - turn) * ladder.customers["revenue"]
    assert moved.sum() == pytest.approx(0.0)
    assert losing_customers(ladder) == 1
    assert losing_customers(ladder, 0.2) == 2


def test_deciles_hold_everybody_and_add_up() -> None:
    rng = np.random.default_rng(4)
    scores = pd.DataFrame({"customer_id": [f"c{i}" for i in range(57)], "revenue": 1.0, "serving": 0.1})
    scores["profit"], scores["value"] = rng.normal(5, 10, 57), 2.0
    deciles = profit_deciles(scores)
    assert len(deciles) == 10
    assert deciles["customers"].sum() == 57
    assert deciles["share_profit"].sum() == pytest.approx(1.0)
    assert (deciles["profit"] / deciles["customers"]).is_monotonic_decreasing


def test_customers_without_a_line_in_the_period_left_nothing() -> None:
    people = pd.DataFrame({"customer_id": ["c0", "x"]})
    assert with_profit(people, _made([3.0], [10.0]))["profit"].tolist() == [3.0, 0.0]

"""Purchases, customers and purchase states, exact to the day, on both engines."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd
import pytest

from crm_analysis.errors import NotEnoughDataError
from crm_analysis.features import (
    DAYS_PER_UNIT,
    customer_facts,
    customer_summary,
    period,
    purchase_days,
    purchase_states,
)
from crm_analysis.warehouse import collect

AS_OF = date(2024, 3, 31)


def test_the_period_is_the_first_and_last_day_with_a_line(lines: ir.Table) -> None:
    assert period(lines) == (date(2024, 1, 1), date(2024, 3, 31))
    with pytest.raises(NotEnoughDataError, match="There is no order line"):
        period(lines.filter(ibis.literal(False)))


def test_purchases_of_a_day_are_one_and_returns_none(lines: ir.Table) -> None:
    days = collect(purchase_days(lines).order_by("customer_id", "day"))
    found = [(r.customer_id, str(r.day)[:10], r.amount, r.orders) for r in days.itertuples()]
    assert found == [
        ("c1", "2024-01-01", 15.0, 2),
        ("c1", "2024-01-31", 20.0, 1),
        ("c1", "2024-03-10", 40.0, 1),
        ("c2", "2024-01-15", 100.0, 1),
        ("c3", "2024-02-20", 30.0, 1),
        ("c5", "2024-03-31", 75.0, 1),
    ]


def test_summary_is_exact_to_the_day(lines: ir.Table) -> None:
    summary = customer_summary(lines, AS_OF, "day").set_index("customer_id")
    assert summary.index.tolist() == ["c1", "c2", "c3", "c5"], "who only returned something is no customer"
    assert summary["frequency"].tolist() == [2, 0, 0, 0]
    assert summary["recency"].tolist() == [69.0, 0.0, 0.0, 0.0]
    assert summary["T"].tolist() == [90.0, 76.0, 40.0, 0.0]
    assert summary["monetary_value"].tolist() == [30.0, 0.0, 0.0, 0.0], "the first purchase is left out of the mean"
    assert summary["purchases"].tolist() == [3, 1, 1, 1]
    assert summary["orders"].tolist() == [4, 1, 1, 1]
    assert summary["sales"].tolist() == [75.0, 100.0, 30.0, 75.0]
    assert summary["first_day"].tolist() == [pd.Timestamp(2024, m, d) for m, d in ((1, 1), (1, 15), (2, 20), (3, 31))]
    assert summary["last_day"].tolist() == [pd.Timestamp(2024, m, d) for m, d in ((3, 10), (1, 15), (2, 20), (3, 31))]


def test_looking_back_from_a_day_in_the_middle(lines: ir.Table) -> None:
    summary = customer_summary(lines, date(2024, 1, 31), "day").set_index("customer_id")
    assert summary.index.tolist() == ["c1", "c2"]
    assert summary.loc["c1", ["frequency", "recency", "T", "monetary_value"]].tolist() == [1, 30.0, 30.0, 20.0]
    assert summary.loc["c2", ["frequency", "recency", "T"]].tolist() == [0, 0.0, 16.0]
    assert customer_summary(lines, date(2024, 1, 30), "day").loc[0, "frequency"] == 0


def test_states_are_the_customers_counted(lines: ir.Table) -> None:
    states = purchase_states(lines, AS_OF, "day")
    assert states.to_numpy().tolist() == [[0, 0, 0, 1], [0, 0, 40, 1], [0, 0, 76, 1], [2, 69, 90, 1]]
    twin = lines.mutate(customer_id=lines["customer_id"] + "b")
    both = purchase_states(ibis.union(lines, twin), AS_OF, "day")
    assert both["customers"].tolist() == [2, 2, 2, 2]
    pd.testing.assert_frame_equal(both.drop(columns="customers"), states.drop(columns="customers"))


def test_the_unit_only_rescales(lines: ir.Table) -> None:
    days = customer_summary(lines, AS_OF, "day")
    assert DAYS_PER_UNIT == {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
    for unit in ("week", "month", "year"):
        other = customer_summary(lines, AS_OF, unit)
        assert other["T"].tolist() == pytest.approx((days["T"] / DAYS_PER_UNIT[unit]).tolist())
        assert other["recency"].tolist() == pytest.approx((days["recency"] / DAYS_PER_UNIT[unit]).tolist())
        pd.testing.assert_frame_equal(other.drop(columns=["recency", "T"]), days.drop(columns=["recency", "T"]))
    weeks = purchase_states(lines, AS_OF, "week")
    assert weeks["T"].tolist() == [0.0, 40 / 7, 76 / 7, 90 / 7]
    assert weeks["customers"].tolist() == [1, 1, 1, 1]


def test_facts_are_net_of_returns(lines: ir.Table) -> None:
    facts = customer_facts(lines, AS_OF).set_index("customer_id")
    assert facts["revenue"].to_dict() == {"c1": 55.0, "c2": 100.0, "c3": 30.0, "c4": -7.0, "c5": 75.0}
    assert facts["returned"].to_dict() == {"c1": 20.0, "c2": 0.0, "c3": 0.0, "c4": 7.0, "c5": 0.0}
    assert facts["lines"].to_dict() == {"c1": 5, "c2": 1, "c3": 3, "c4": 1, "c5": 3}
    assert facts["discount"].to_dict() == {"c1": 1.0, "c2": 0.0, "c3": 0.0, "c4": 0.0, "c5": 0.0}
    assert facts.loc["c2", "cost"] == 60.0
    assert facts.drop("c2")["cost"].isna().all(), "an unknown cost is not a cost of zero"
    early = customer_facts(lines, date(2024, 1, 31)).set_index("customer_id")
    assert early["revenue"].to_dict() == {"c1": 35.0, "c2": 100.0}

"""Months, cohorts, gaps, the bridge of growth and weekly purchases, on both engines."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import (
    cohorts,
    customer_summary,
    first_purchases,
    gaps,
    growth_bridge,
    purchases_in,
    quarter_sales,
    revenue_by_period,
    weekly_purchases,
)

AS_OF = date(2024, 3, 31)
FIRST = date(2024, 1, 1)


def test_revenue_by_month(lines: ir.Table) -> None:
    months = revenue_by_period(lines, AS_OF, FIRST)
    assert months["month"].tolist() == [pd.Timestamp(2024, m, 1) for m in (1, 2, 3)]
    assert months["revenue"].tolist() == [135.0, 23.0, 95.0]
    assert months["orders"].tolist() == [4, 1, 2]
    assert months["customers"].tolist() == [2, 1, 2]
    assert months["new_customers"].tolist() == [2, 1, 1]
    assert months["complete"].tolist() == [True, True, True]


def test_revenue_stops_at_the_day_looked_back_from(lines: ir.Table) -> None:
    months = revenue_by_period(lines, date(2024, 3, 9), date(2024, 1, 2))
    assert months["revenue"].tolist() == [135.0, 23.0, -20.0]
    assert months["orders"].tolist() == [4, 1, 0]
    assert months["complete"].tolist() == [False, True, False], "January began late, March has not ended"


def test_cohorts_and_the_months_after(lines: ir.Table) -> None:
    frame = cohorts(lines, AS_OF)
    found = [(r.cohort.month, r.age, r.customers, r.active, r.share, r.complete) for r in frame.itertuples()]
    assert found == [
        (1, 0, 2, 2, 1.0, True),
        (1, 1, 2, 0, 0.0, True),
        (1, 2, 2, 1, 0.5, True),
        (2, 0, 1, 1, 1.0, True),
        (2, 1, 1, 0, 0.0, True),
        (3, 0, 1, 1, 1.0, True),
    ]
    early = cohorts(lines, date(2024, 3, 30))
    assert early["complete"].tolist() == [True, True, False, True, False], "March is not over, and has no cohort yet"


def test_gaps_weigh_each_customer_once(lines: ir.Table) -> None:
    assert gaps(lines, AS_OF).to_numpy().tolist() == [[30, 1, 0.5], [39, 1, 0.5]]
    assert gaps(lines, date(2024, 1, 31)).to_numpy().tolist() == [[30, 1, 1.0]]
    assert gaps(lines, date(2024, 1, 30)).empty


def test_the_bridge_adds_up_exactly(lines: ir.Table) -> None:
    seen = customer_summary(lines, AS_OF)[["customer_id", "first_day"]]
    periods = (FIRST, date(2024, 2, 14)), (date(2024, 2, 15), AS_OF)
    bridge = growth_bridge(lines, seen, *periods).set_index("part")["amount"]
    assert bridge["before"] == 128.0
    assert bridge["after"] == 125.0
    assert bridge["new"] == 75.0
    assert bridge["returning"] == 0.0
    assert bridge["lost"] == -93.0, "c2 with 100, and c4, whose return of 7 no longer weighs"
    # c1 and c3 stayed: 3 orders that stand of 35 in all, then 2 of 50 in all.
    assert bridge["frequency"] == pytest.approx(-35 / 3)
    assert bridge["basket"] == pytest.approx(15 + 35 / 3)
    assert bridge.drop("after").sum() == pytest.approx(bridge["after"], abs=1e-9)


def test_who_comes_back_is_not_new(lines: ir.Table) -> None:
    seen = customer_summary(lines, AS_OF)[["customer_id", "first_day"]]
    periods = (date(2024, 2, 3), date(2024, 3, 2)), (date(2024, 3, 3), AS_OF)
    elsewhere = lines.filter((lines["customer_id"] != "c1") | (lines["order_id"] != "o4"))
    bridge = growth_bridge(elsewhere, seen, *periods).set_index("part")["amount"]
    assert bridge["returning"] == 40.0
    assert bridge["new"] == 75.0
    assert bridge[["frequency", "basket"]].tolist() == [0.0, 0.0]
    assert bridge.drop("after").sum() == bridge["after"] == 115.0


def test_first_purchases_and_purchases_in_a_window(lines: ir.Table) -> None:
    starts = first_purchases(lines, AS_OF)
    assert starts["day"].dt.strftime("%m-%d").tolist() == ["01-01", "01-15", "02-20", "03-31"]
    assert starts["customers"].tolist() == [1, 1, 1, 1]
    window = purchases_in(lines, date(2024, 1, 31), AS_OF).set_index("customer_id").sort_index()
    assert window["purchases"].to_dict() == {"c1": 1, "c3": 1, "c5": 1}, "the window opens the day after"
    assert window["sales"].to_dict() == {"c1": 40.0, "c3": 30.0, "c5": 75.0}


def test_weekly_purchases_of_those_known(lines: ir.Table) -> None:
    weeks = weekly_purchases(lines, date(2024, 1, 31), AS_OF)
    assert weeks["week"].tolist() == list(pd.date_range("2024-01-31", "2024-03-27", freq="7D"))
    expected = np.zeros(9, dtype=int)
    expected[0] = 1  # the last day known itself
    expected[6] = 1  # March 10 lies in the week that ends on March 13
    assert weeks["purchases"].tolist() == expected.tolist()
    nobody = weekly_purchases(lines, date(2023, 12, 31), AS_OF)
    assert nobody.empty
    assert nobody.columns.tolist() == ["week", "purchases"]


def test_a_quarter_and_the_same_days_a_year_before(lines: ir.Table) -> None:
    assert quarter_sales(lines, date(2024, 1, 1), date(2024, 3, 31)) == (
        253.0,
        pytest.approx(float("nan"), nan_ok=True),
    )
    assert quarter_sales(lines, date(2024, 1, 1), date(2025, 3, 30)) == (0.0, 253.0)

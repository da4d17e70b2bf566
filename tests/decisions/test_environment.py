"""Periods to compare, traits of the business, and what the data can answer."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.decisions import comparison_periods, industry_traits, readiness
from crm_analysis.models import LeavingDefinition


@pytest.mark.parametrize(
    ("first", "last", "length"),
    [
        (date(2022, 1, 1), date(2024, 6, 30), 365),
        (date(2022, 1, 1), date(2023, 12, 31), 365),
        (date(2022, 1, 1), date(2023, 12, 30), 364),
        (date(2024, 1, 1), date(2024, 1, 31), 15),
        (date(2024, 1, 1), date(2024, 1, 1), 1),
    ],
)
def test_neighbouring_periods_of_one_length_that_end_with_the_data(first: date, last: date, length: int) -> None:
    before, after = comparison_periods(first, last)
    assert after[1] == last
    assert before[1] + timedelta(days=1) == after[0]
    assert [(high - low).days + 1 for low, high in (before, after)] == [length, length]
    if (last - first).days:
        assert before[0] >= first


def _traits(revenue: list[float], gaps: pd.DataFrame) -> pd.Series:
    customers = pd.DataFrame(
        {"purchases": [1, 1, 4, 2], "sales": [10.0, 20.0, 40.0, 10.0], "existing": [True, False, False, False]}
    )
    months = pd.DataFrame({"revenue": [*revenue, 999.0], "complete": [True] * len(revenue) + [False]})
    leaving = LeavingDefinition(60, "gaps", 0.9, 2)
    return industry_traits(customers, gaps, months, leaving, 120, "EUR").set_index("trait")["value"]


def test_traits() -> None:
    gaps = pd.DataFrame({"days": [5, 10, 40], "gaps": [9, 2, 1], "weight": [0.5, 1.0, 0.5]})
    traits = _traits([100.0, 200.0, 300.0], gaps)
    assert traits["median_gap_days"] == 10, "customers, not gaps, are counted"
    assert traits["one_time_share"] == 0.5
    assert traits["existing_share"] == 0.25
    assert traits["order_value"] == 10.0
    assert traits["purchases_per_customer"] == 2.0
    assert traits["seasonal_peak"] == 1.5, "months that are not whole are left out"
    assert traits["leaving_days"] == 60


def test_traits_of_too_little_data_are_missing_not_zero() -> None:
    traits = _traits([100.0], pd.DataFrame({"days": [], "gaps": [], "weight": []}))
    assert traits[["median_gap_days", "seasonal_peak"]].isna().all()


def test_readiness_says_what_each_part_needs() -> None:
    there = {("order_lines", "customer_id"), ("order_lines", "product_id")}
    table = readiness(lambda name, column: (name, column) in there).set_index("part")
    assert table.loc["value", "ready"]
    assert table.loc["products", "ready"]
    assert not table.loc["campaigns", "ready"]
    everything = readiness(lambda name, column: True).set_index("part")
    assert everything["loaded"].all()
    assert not everything.loc["demographics", "ready"], "what no step works on is not called ready"
    assert everything.loc["campaigns", "ready"]
    assert table.loc["campaigns", "needs"] == "campaign_targets.campaign_id"
    assert table["step"].str.fullmatch(r"0[0-7]").all()
    for needs in table["needs"]:
        name, column = needs.split(".")
        if name in SOURCE_TABLES:
            assert column in SOURCE_TABLES[name], needs

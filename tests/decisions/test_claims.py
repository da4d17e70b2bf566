"""What is said everywhere against the data: known answers, honest intervals, and when it cannot be said."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_analysis.config import AnalysisSettings, CostSettings
from crm_analysis.decisions import claims, point_of_retention, retention_worth, top_against_rest
from crm_analysis.errors import ModelError
from crm_analysis.features import RUNGS, ProfitLadder

AS_OF = date(2024, 12, 31)
YEARS_OF_DATA = 800


def _years(n: int = 1000, stayed: float = 0.8, seed: int = 1) -> pd.DataFrame:
    """Customers of the year before, of whom a share stayed, and a fifth as many new ones."""
    rng = np.random.default_rng(seed)
    kept = rng.random(n) < stayed
    old = pd.DataFrame(
        {
            "revenue_before": rng.gamma(2, 50, n),
            "revenue_after": np.where(kept, rng.gamma(2, 50, n), 0.0),
            "bought_before": True,
            "bought_after": kept,
            "first_day": pd.Timestamp("2023-05-01"),
        }
    )
    new = old.head(n // 5).assign(
        revenue_before=0.0, bought_before=False, bought_after=True, first_day=pd.Timestamp("2024-05-01")
    )
    new["revenue_after"] = rng.gamma(2, 50, len(new))
    frame = pd.concat([old, new], ignore_index=True)
    frame.insert(0, "customer_id", [f"c{i}" for i in frame.index])
    return frame


def _ladder(years: pd.DataFrame, contact: float = 1.0) -> ProfitLadder:
    frame = pd.DataFrame(0.0, index=years.index, columns=[*RUNGS, "gross_profit", "serving", "cost_known"])
    frame.insert(0, "customer_id", years["customer_id"])
    frame["revenue"] = frame["full_price"] = years["revenue_after"]
    frame["contacts"] = -contact
    frame["profit"] = 0.4 * frame["revenue"]
    return ProfitLadder(frame, dict.fromkeys(RUNGS, "data"), 0.4, "costs")


def _spend(amount: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "starts_on": pd.to_datetime(["2024-01-02", "2020-01-01"]),
            "ends_on": pd.to_datetime(["2024-12-31", "2020-12-31"]),
            "channel": "search",
            "purpose": "acquisition",
            "amount": [amount, 9e9],
        }
    )


def _all(years: pd.DataFrame, spend: pd.DataFrame | None = None, days: int = YEARS_OF_DATA) -> pd.DataFrame:
    return claims(years, _ladder(years), spend, AS_OF, days).set_index("claim")


def test_eighty_twenty_is_one_for_sixteen() -> None:
    spend = np.array([80.0] * 20 + [5.0] * 80)
    assert top_against_rest(spend, spend)[0] == pytest.approx(16.0)


def test_equal_customers_are_one_for_one() -> None:
    ratio, low, high = top_against_rest(np.full(500, 7.0), np.full(500, 7.0))
    assert (ratio, low, high) == pytest.approx((1.0, 1.0, 1.0))


def test_the_interval_of_the_best_fifth_holds_the_truth_nine_times_in_ten() -> None:
    rng = np.random.default_rng(11)
    # Exponential spend: the best fifth holds 0.2 (1 + ln 5) of it.
    share = 0.2 * (1 + np.log(5))
    truth = share / 0.2 / ((1 - share) / 0.8)
    inside = 0
    for _ in range(400):
        spend = rng.exponential(10.0, 800)
        _value, low, high = top_against_rest(spend, spend)
        inside += low <= truth <= high
    assert 0.86 <= inside / 400 <= 0.94


def test_yesterdays_top_is_partly_luck() -> None:
    found = _all(_years())
    assert found.loc["top_fifth_next", "value"] == pytest.approx(1.0, abs=0.2)  # revenue is drawn anew every year
    assert found.loc["top_fifth_next", "high"] < found.loc["top_fifth", "low"]


def test_annual_loss_is_the_share_that_did_not_come_back() -> None:
    years = _years(stayed=0.8)
    row = _all(years).loc["annual_loss"]
    lost = 1 - years.loc[years["bought_before"], "bought_after"].mean()
    assert row["value"] == pytest.approx(lost)
    assert row["low"] < lost < row["high"]
    assert row["customers"] == 1000


def test_cost_to_win_against_cost_to_keep() -> None:
    years = _years()
    kept = int((years["bought_before"] & years["bought_after"]).sum())
    row = _all(years, _spend(20_000.0)).loc["win_against_keep"]
    assert row["value"] == pytest.approx((20_000 / 200) / (1200 / kept))
    assert row["low"] < row["value"] < row["high"]


def test_spend_outside_the_year_counts_by_its_days_inside() -> None:
    half = _spend(20_000.0).assign(starts_on=pd.to_datetime(["2023-01-02", "2020-01-01"]))
    whole, part = _all(_years(), _spend(20_000.0)), _all(_years(), half)
    share = 365 / 730
    assert part.loc["win_against_keep", "value"] == pytest.approx(
        share * whole.loc["win_against_keep", "value"], rel=0.01
    )


def test_customers_of_before_the_data_begins_are_not_won() -> None:
    years = _years()
    found = claims(years, _ladder(years), _spend(2e4), AS_OF, YEARS_OF_DATA, existing_until=date(2024, 6, 1)).set_index(
        "claim"
    )
    assert found.loc["win_against_keep", "missing"] == "customers"


@pytest.mark.parametrize(
    ("change", "claim", "missing"),
    [
        ({"days": 700}, "annual_loss", "days"),
        ({"days": 300}, "top_fifth", "days"),
        ({"n": 60}, "annual_loss", "customers"),
        ({}, "win_against_keep", "marketing_spend"),
    ],
)
def test_what_cannot_be_said(change: dict[str, int], claim: str, missing: str) -> None:
    row = _all(_years(change.get("n", 1000)), days=change.get("days", YEARS_OF_DATA)).loc[claim]
    assert row["missing"] == missing
    assert np.isnan(row["value"])


def test_nothing_known_of_keeping() -> None:
    years = _years()
    found = claims(years, _ladder(years, contact=0.0), _spend(2e4), AS_OF, YEARS_OF_DATA).set_index("claim")
    assert found.loc["win_against_keep", "missing"] == "spend_on_keeping"


def test_a_point_of_retention_by_hand() -> None:
    found = retention_worth(
        customers=100,
        retained=80,
        active=100,
        profit_per_year=10.0,
        profit_error=0.0,
        years=2,
        discount_rate_annual=0.1,
    )
    by_hand = 1000 * ((0.81 - 0.80) / 1.1 + (0.81**2 - 0.80**2) / 1.21)
    assert found.extra_profit == pytest.approx(by_hand)
    assert found.break_even == pytest.approx(by_hand / 100)
    assert found.relative == pytest.approx(by_hand / (1000 * (0.8 / 1.1 + 0.64 / 1.21)))


def test_retention_cannot_rise_above_everybody() -> None:
    found = retention_worth(customers=10, retained=10, active=10, profit_per_year=5.0, profit_error=0.0)
    assert found.extra_profit == 0.0


def test_retention_of_nobody_is_refused() -> None:
    with pytest.raises(ModelError, match="Retention needs customers who were active"):
        retention_worth(customers=10, retained=0, active=0, profit_per_year=5.0, profit_error=0.0)


@given(
    retained=st.integers(1, 99),
    points=st.floats(0.1, 5),
    profit=st.floats(1, 100),
    years=st.integers(1, 6),
)
def test_more_points_are_worth_more(retained: int, points: float, profit: float, years: int) -> None:
    given_ = {"customers": 50, "retained": retained, "active": 100, "profit_per_year": profit, "profit_error": 1.0}
    one = retention_worth(points=points, years=years, **given_)  # type: ignore[arg-type]
    more = retention_worth(points=points + 1, years=years, **given_)  # type: ignore[arg-type]
    assert more.extra_profit >= one.extra_profit - 1e-9
    assert one.low <= one.extra_profit <= one.high


def test_the_interval_of_a_point_holds_the_truth() -> None:
    """Retention .8 and a profit of 40 per customer and year, drawn 300 times."""
    truth = None
    inside = 0
    for seed in range(300):
        years = _years(400, 0.8, seed)
        worth = point_of_retention(years, _ladder(years))
        each = 0.4 * 100.0
        truth = worth.customers * each * sum((0.81**t - 0.80**t) / 1.1**t for t in (1, 2, 3))
        inside += worth.low <= truth <= worth.high
    assert 0.85 <= inside / 300 <= 0.95


def test_settings_of_costs_refuse_what_cannot_be() -> None:
    assert AnalysisSettings().margin == 0.30
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        CostSettings(minute=-1.0)

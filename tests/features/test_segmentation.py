"""Tables that show segments: shares add up, classes cover everybody."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import (
    concentration,
    moves_since,
    profit_spread,
    rfm_grid,
    risk_grid,
    segment_customers,
    segment_migration,
    segments,
)


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    n = 300
    r, f = rng.integers(1, 6, n), rng.integers(1, 6, n)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "r_score": r,
            "f_score": f,
            "recency_days": (6 - r) * 20 + rng.integers(0, 20, n),
            "orders": f * 2 + rng.integers(0, 2, n),
            "revenue": rng.gamma(2, 50, n),
            "profit": rng.gamma(2, 20, n),
            "value": rng.gamma(1, 80, n),
            "value_at_risk": rng.gamma(1, 20, n),
            "horizon_profit": rng.gamma(1, 10, n),
            "probability_leaving": rng.random(n),
            "segment": rng.choice(["loyal", "lost", "at_risk"], n),
        }
    )


def test_segment_customers_on_lines(lines: ir.Table) -> None:
    frame = segment_customers(lines, date(2024, 3, 31), date(2024, 1, 1), leaving_days=30, complete=False)
    frame = frame.set_index("customer_id")
    assert frame.index.tolist() == ["c1", "c2", "c3", "c5"]
    assert frame["recency_days"].tolist() == [21, 76, 40, 0]
    assert frame["revenue"].tolist() == [55.0, 100.0, 30.0, 75.0]
    assert frame["existing"].tolist() == [True, True, False, False]
    assert frame.loc[["c2", "c3", "c5"], "segment"].tolist() == ["one_time", "one_time", "new"]
    assert frame.loc["c1", "T"] == pytest.approx(90 / 7)


def test_moves_need_twice_the_time(lines: ir.Table) -> None:
    options = {"days": 46, "leaving_days": 30, "complete": False}
    scores = pd.DataFrame({"customer_id": ["c1", "c2", "c3"], "segment": ["loyal", "lost", "new"]})
    assert moves_since(lines, scores, date(2024, 3, 31), date(2024, 1, 1), **options).empty
    moves = moves_since(lines, scores, date(2024, 3, 31), date(2024, 1, 1), **(options | {"days": 45}))
    assert moves["customers"].sum() == 2, "c3 was not a customer yet"
    assert set(moves["segment_to"]) == {"loyal", "lost"}


def test_segments_add_up(scores: pd.DataFrame) -> None:
    frame = segments(scores)
    assert frame["customers"].sum() == 300
    assert frame["profit"].sum() == pytest.approx(scores["profit"].sum())
    assert frame[["share_customers", "share_profit"]].sum().tolist() == pytest.approx([1.0, 1.0])
    assert frame["profit"].is_monotonic_decreasing
    lost = scores[scores["segment"] == "lost"]
    row = frame.set_index("segment").loc["lost"]
    assert row["value_at_risk"] == pytest.approx(lost["value_at_risk"].sum())
    assert row["probability_leaving"] == pytest.approx(lost["probability_leaving"].mean())


def test_grids_cover_everybody(scores: pd.DataFrame) -> None:
    grid = rfm_grid(scores)
    assert grid["customers"].sum() == 300
    assert grid["profit_share"].sum() == pytest.approx(1.0)
    assert (grid["recency_from"] <= grid["recency_to"]).all()
    risks = risk_grid(scores)
    assert risks["customers"].sum() == 300
    assert risks["value_at_risk"].sum() == pytest.approx(scores["value_at_risk"].sum())
    by_value = risks.groupby("value_class")["customers"].sum()
    assert by_value.tolist() == [150, 90, 45, 15], "half, then up to 80 and 95 %"
    assert set(risks["risk_class"]) == {0, 1, 2, 3}


def test_concentration_of_one_big_customer() -> None:
    curve = concentration(pd.Series([90.0] + [1.0] * 9 + [-5.0])).set_index("customers_share")["revenue_share"]
    assert curve.loc[0.0] == 0.0
    assert curve.loc[1.0] == pytest.approx(1.0)
    assert curve.is_monotonic_increasing
    assert np.interp(1 / 11, curve.index, curve) == pytest.approx(90 / 99, abs=0.01)
    equal = concentration(pd.Series([2.0] * 50))
    assert np.allclose(equal["customers_share"], equal["revenue_share"])
    assert concentration(pd.Series([0.0, 0.0]))["revenue_share"].eq(0).all()


def test_profit_spread_falls_where_customers_cost_money() -> None:
    curve = profit_spread(pd.Series([10.0, 5.0, -5.0]))
    assert curve["profit_share"].max() > 1.0
    assert curve["profit_share"].iloc[-1] == pytest.approx(1.0)


def test_migration_counts_customers_known_twice() -> None:
    before = pd.DataFrame({"customer_id": ["a", "b", "c"], "segment": ["loyal", "loyal", "new"]})
    after = pd.DataFrame({"customer_id": ["a", "b", "d"], "segment": ["lost", "loyal", "new"]})
    moved = segment_migration(before, after)
    assert moved.to_numpy().tolist() == [["loyal", "lost", 1], ["loyal", "loyal", 1]]

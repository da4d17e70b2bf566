"""Segments by several criteria: good customers, own conditions, overlaps, moves since the run before."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import (
    RUNGS,
    ProfitLadder,
    behaviour_traits,
    good_customers,
    group_members,
    moves_since_run,
    own_segments,
    segment_overlaps,
    year_bounds,
    years_of_customers,
)

SCORES = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d"],
        "segment": ["loyal", "loyal", "lost", "new"],
        "recency_days": [5, 80, 400, 2],
        "revenue": [900.0, 500.0, 30.0, 20.0],
        "profit": [400.0, 90.0, 3.0, -1.0],
        "value": [100.0, 50.0, 1.0, 9.0],
        "value_at_risk": [10.0, 25.0, 1.0, 3.0],
        "first_day": pd.to_datetime(["2022-01-01", "2023-01-01", "2022-05-01", "2024-12-01"]),
    }
)
AS_OF = date(2024, 12, 31)


def _ladder(profit: dict[str, float]) -> ProfitLadder:
    frame = pd.DataFrame({"customer_id": list(profit), "profit": list(profit.values())})
    return ProfitLadder(frame, dict.fromkeys(RUNGS, "data"), 0.3, "costs")


def test_good_customers_are_the_best_fifth_who_earn() -> None:
    year = {f"c{i}": float(i) for i in range(-5, 20)}
    before = {f"c{i}": float(-i) for i in range(-20, 5)}
    good = good_customers(_ladder(year), _ladder(before))
    assert good.listed["customer_id"].tolist() == ["c19", "c18", "c17", "c16"]
    assert good.bar == pytest.approx(np.quantile(np.arange(1, 20), 0.8))
    assert good.still == 0.0, "those of the year before are gone"
    assert np.isnan(good_customers(_ladder(year), None).still)
    assert good_customers(_ladder(year), _ladder(year)).still == 1.0


def test_nobody_is_good_where_nobody_earns() -> None:
    good = good_customers(_ladder({"a": -1.0, "b": 0.0}), None)
    assert good.listed.empty
    assert not good.among.any()


def test_own_segments_may_overlap() -> None:
    rules = {
        "big": "revenue >= 500",
        "quiet": "recency_days > 60",
        "young": "days_as_customer < 60",
        "nobody": "profit > 1e9",
    }
    own, members = own_segments(SCORES, rules, AS_OF)
    assert own["customers"].tolist() == [2, 2, 1, 0]
    assert own.set_index("segment").loc["quiet", "value_at_risk"] == 26.0
    assert members.groupby("customer_id").size().to_dict() == {"a": 1, "b": 2, "c": 1, "d": 1}


def test_overlaps_count_every_member_once_per_group() -> None:
    good = good_customers(_ladder({"a": 5.0, "b": 1.0, "c": 1.0, "d": 1.0}), None)
    _own, own_members = own_segments(SCORES, {"big": "revenue >= 500"}, AS_OF)
    alike = pd.DataFrame({"customer_id": ["a", "c"], "group": ["+orders", "-orders"]})
    members = group_members(good, own_members, alike)
    overlaps = segment_overlaps(members, SCORES.set_index("customer_id")["segment"])
    assert overlaps["customers"].sum() == len(members)
    assert overlaps.groupby(["criterion", "group"])["share"].sum().tolist() == pytest.approx([1.0] * 4)
    assert group_members(good, own_members, None)["criterion"].tolist() == ["good", "own", "own"]


def test_moves_since_the_run_before_have_their_reason() -> None:
    before = pd.DataFrame(
        {
            "customer_id": list("abcdx"),
            "segment": ["loyal"] * 5,
            "orders": [3, 3, 3, 3, 3],
            "revenue": [90.0] * 5,
            "r_score": [4] * 5,
            "value": [10.0] * 5,
        }
    )
    now = before.head(4).assign(
        segment=["champions", "at_risk", "needs_attention", "promising"],
        orders=[4, 3, 3, 3],
        revenue=[120.0, 90.0, 60.0, 90.0],
        r_score=[5, 2, 4, 4],
        value=[15.0, 4.0, 8.0, 9.0],
    )
    moves = moves_since_run(before, now)
    assert moves is not None
    assert moves.set_index("segment_to")["reason"].to_dict() == {
        "champions": "ordered", "at_risk": "silent", "needs_attention": "taken_back", "promising": "others_moved",
    }  # fmt: skip
    assert moves["value_change"].sum() == pytest.approx(-4.0)
    assert moves_since_run(None, now) is None
    assert moves_since_run(now, now) is None


def test_traits_of_behaviour(lines: ir.Table) -> None:
    found = behaviour_traits(lines, date(2024, 3, 31)).set_index("customer_id")
    assert found.loc["c1", "orders"] == 4
    assert found.loc["c1", "order_value"] == pytest.approx(75 / 4)
    assert found.loc["c1", "discount_share"] == pytest.approx(1 / 76)
    assert found.loc["c5", "lines_per_order"] == 2.0
    assert found.loc["c5", "weekend_share"] == 1.0
    assert found["channel_share"].isna().all(), "lines have no channel"
    assert "c4" not in found.index


def test_two_years_side_by_side(lines: ir.Table) -> None:
    last = date(2025, 1, 31)
    assert year_bounds(last) == (date(2023, 2, 2), date(2024, 2, 2), last)
    found = years_of_customers(lines, last).set_index("customer_id")
    assert found.loc["c1", ["revenue_before", "revenue_after"]].tolist() == [35.0, 20.0]
    assert found.loc["c1", ["bought_before", "bought_after"]].tolist() == [True, True]
    assert found.loc["c3", ["bought_before", "bought_after"]].tolist() == [False, True], "the sale was undone"
    assert found.loc["c1", "first_day"] == pd.Timestamp("2024-01-01")
    assert pd.isna(found.loc["c4", "first_day"])

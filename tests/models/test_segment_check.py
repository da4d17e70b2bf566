"""Do segments differ: planted differences are found, and chance is called chance."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_analysis.decisions import same_strategies
from crm_analysis.features import name_segments, rfm_scores
from crm_analysis.models import SegmentCheck, check_segments
from crm_analysis.narrative import segment_check as words
from crm_analysis.thresholds import VALUE_CUSTOMERS

AS_OF = date(2024, 12, 31)


def _scores(n: int, *, value: str, seed: int = 3) -> pd.DataFrame:
    """Customers named by their RFM scores; value follows the recency, the revenue, or nothing."""
    rng = np.random.default_rng(seed)
    last = pd.Timestamp(AS_OF) - pd.to_timedelta(rng.integers(1, 700, n), unit="D")
    people = pd.DataFrame({"customer_id": [f"c{i}" for i in range(n)], "last_day": last})
    people = people.assign(orders=rng.geometric(0.2, n), first_day=last - pd.Timedelta(days=400), existing=False)
    revenue = pd.Series(rng.gamma(2.0, 50.0, n), index=people["customer_id"])
    scores = people.merge(rfm_scores(people, revenue, AS_OF).drop(columns="orders"), on="customer_id")
    scores["segment"] = name_segments(scores, scores["first_day"], scores["existing"], AS_OF, 90)
    sources = {"recency": -scores["recency_days"].astype(float), "revenue": scores["revenue"]}
    return scores.assign(value=sources.get(value, pd.Series(rng.random(n))))


def test_segments_that_tell_values_apart_are_told_so() -> None:
    check = check_segments(_scores(3_000, value="recency"), AS_OF, 90, 1)
    assert check is not None
    assert check.between[1] > check.plain[2]
    assert check.kept[0] > 0.8
    assert "better than" in words.spread_sentence(check)


def test_parts_by_revenue_win_where_value_is_revenue() -> None:
    check = check_segments(_scores(3_000, value="revenue"), AS_OF, 90, 1)
    assert check is not None
    assert check.plain[0] == pytest.approx(1 - 1 / check.groups**2, abs=1e-3), "of k equal parts by rank, 1 - 1/k^2"
    assert "less well" in words.spread_sentence(check)


def test_values_by_chance_do_not_differ() -> None:
    check = check_segments(_scores(3_000, value="chance"), AS_OF, 90, 1)
    assert check is not None
    assert check.between[0] < 0.02
    assert "no better and no worse" in words.spread_sentence(check)


def test_stable_and_not_stable_are_opposites() -> None:
    firm = SegmentCheck(500, 5, (0.96, 0.95, 0.97), (0.9, 0.88, 0.93), (0.5, 0.4, 0.6), (0.5, 0.4, 0.6))
    loose = SegmentCheck(500, 5, (0.7, 0.6, 0.8), (0.5, 0.4, 0.6), (0.5, 0.4, 0.6), (0.5, 0.4, 0.6))
    assert "are stable" in words.stable_sentence(firm, 500)
    assert "not stable" in words.stable_sentence(loose, 500)


def test_too_few_customers_are_told() -> None:
    few = VALUE_CUSTOMERS - 1
    assert check_segments(_scores(few, value="recency"), AS_OF, 90, 1) is None
    assert str(few) in words.stable_sentence(None, few)


def test_segments_open_to_the_same_strategies_are_one() -> None:
    assert same_strategies(["champions", "loyal", "new"]) == [["champions", "loyal"]]
    assert "Champions + Loyal" in words.merged_sentence(["champions", "loyal"])
    assert "No two" in words.merged_sentence(["champions", "one_time"])

"""Scores, cut points and named segments."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_analysis.errors import NotEnoughDataError
from crm_analysis.features import SEGMENTS, existing_since_start, name_segments, rfm_cut_points, rfm_scores
from crm_analysis.features.rfm import score

AS_OF = date(2024, 12, 31)


def _summary(last: list[str], orders: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {"customer_id": [f"c{i}" for i in range(len(last))], "last_day": pd.to_datetime(last), "orders": orders}
    )


def test_quintiles_of_distinct_values() -> None:
    values = pd.Series(range(10))
    assert score(values, high_is_good=True).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert score(values, high_is_good=False).tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


def test_ties_share_a_score() -> None:
    """Six of ten customers with one order: all in the lowest class, none split by the order of rows."""
    values = pd.Series([1] * 6 + [2, 2, 3, 9])
    assert score(values, high_is_good=True).tolist() == [1] * 6 + [4, 4, 5, 5]
    assert score(pd.Series([7, 7, 7]), high_is_good=True).tolist() == [3, 3, 3], "nobody stands out"
    assert score(pd.Series([], dtype="float64"), high_is_good=True).empty


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40))
def test_scores_keep_order_and_range(values: list[int]) -> None:
    series = pd.Series(values)
    scores = score(series, high_is_good=True)
    assert scores.between(1, 5).all()
    ordered = scores.to_numpy()[np.argsort(values, kind="stable")]
    assert (np.diff(ordered) >= 0).all()
    assert scores.groupby(series).nunique().eq(1).all()


def test_rfm_counts_recency_back_from_the_day() -> None:
    summary = _summary(["2024-12-31", "2024-12-01", "2024-01-01"], [5, 1, 1])
    frame = rfm_scores(summary, pd.Series({"c0": 90.0, "c1": 5.0}), AS_OF)
    assert frame["recency_days"].tolist() == [0, 30, 365]
    assert frame["revenue"].tolist() == [90.0, 5.0, 0.0]
    assert frame["r_score"].tolist() == [4, 2, 1]
    with pytest.raises(NotEnoughDataError, match="No customer has a purchase that stands"):
        rfm_scores(summary.iloc[:0], pd.Series(dtype="float64"), AS_OF)


def test_cut_points_cover_all_customers_in_their_own_units() -> None:
    days = pd.date_range("2024-03-01", periods=20, freq="7D")
    summary = _summary([str(d.date()) for d in days], list(range(1, 21)))
    frame = rfm_scores(summary, pd.Series(np.arange(20) * 10.0, index=summary["customer_id"]), AS_OF)
    cuts = rfm_cut_points(frame)
    assert cuts.groupby("measure")["customers"].sum().to_dict() == {"recency_days": 20, "orders": 20, "revenue": 20}
    orders = cuts[cuts["measure"] == "orders"]
    assert orders["lowest"].tolist() == [1, 5, 9, 13, 17]
    assert orders["highest"].tolist() == [4, 8, 12, 16, 20]
    recency = cuts[cuts["measure"] == "recency_days"].set_index("score")
    assert recency.loc[5, "highest"] < recency.loc[4, "lowest"]


def test_who_was_there_when_the_data_begins_is_existing() -> None:
    first = pd.to_datetime(pd.Series(["2024-01-01", "2024-01-31", "2024-02-01"]))
    assert existing_since_start(first, date(2024, 1, 1), 30, complete=False).tolist() == [True, True, False]
    assert existing_since_start(first, date(2024, 1, 1), 30, complete=True).tolist() == [False, False, False]


def test_segments_of_the_grid_and_the_two_rules_before_it() -> None:
    cases = [
        # r, f, orders, first seen, existing -> segment
        (5, 5, 9, "2024-01-05", True, "champions"),
        (3, 4, 9, "2024-01-05", True, "loyal"),
        (5, 1, 2, "2024-01-05", True, "promising"),
        (3, 3, 3, "2024-01-05", True, "needs_attention"),
        (3, 1, 2, "2024-01-05", True, "about_to_sleep"),
        (2, 4, 9, "2024-01-05", True, "at_risk"),
        (1, 5, 9, "2024-01-05", True, "cannot_lose"),
        (2, 1, 2, "2024-01-05", True, "hibernating"),
        (1, 1, 2, "2024-01-05", True, "lost"),
        (5, 1, 1, "2024-12-20", False, "new"),
        (1, 1, 1, "2024-02-01", False, "one_time"),
        (5, 1, 1, "2024-12-20", True, "promising"),
        (4, 1, 1, "2024-10-02", False, "one_time"),
        (4, 1, 1, "2024-10-03", False, "new"),
    ]
    frame = pd.DataFrame(cases, columns=["r_score", "f_score", "orders", "first", "existing", "expected"])
    named = name_segments(frame, pd.to_datetime(frame["first"]), frame["existing"], AS_OF, leaving_days=90)
    assert named.tolist() == frame["expected"].tolist()
    assert set(named) <= set(SEGMENTS)
    assert set(frame["expected"]) == set(SEGMENTS)

"""Satisfaction by quarter, with repeat purchase and profit, on both engines."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import profit_of_satisfied, repeat_by_satisfaction, satisfaction_by_quarter
from crm_analysis.warehouse import Engine, Warehouse

AS_OF = date(2024, 12, 31)
SIDE = 80


@pytest.fixture(scope="module")
def place(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Eighty satisfied of whom 60 buy again within 90 days, eighty others of whom 20 do."""
    place = Warehouse(tmp_path_factory.mktemp("satisfaction"), engine)
    people = [f"c{i:03d}" for i in range(2 * SIDE)]
    said = pd.DataFrame(
        {
            "feedback_id": [f"f{i}" for i in range(2 * SIDE)],
            "customer_id": people,
            "given_at": pd.Timestamp("2024-06-15 12:00"),
            "score": [5.0] * SIDE + [2.0] * SIDE,
            "scale_max": 5.0,
        }
    )
    place.write_frame("feedback", said)
    again = people[:60] + people[SIDE : SIDE + 20]
    bought = pd.DataFrame(
        {
            "customer_id": people + again,
            "ordered_at": [pd.Timestamp("2024-06-10")] * len(people) + [pd.Timestamp("2024-08-01")] * len(again),
            "amount": 10.0,
            "quantity": 1.0,
            "line_kind": "sale",
            "netted": False,
        }
    )
    place.write_frame("order_lines", bought.assign(order_id=[f"o{i}" for i in bought.index]))
    return place


def test_quarters_have_their_share_and_interval(place: Warehouse) -> None:
    found = satisfaction_by_quarter(place.read("feedback"), AS_OF)
    assert found is not None
    (row,) = found.to_dict("records")
    assert (row["answers"], row["customers"], row["satisfied"]) == (160, 160, 0.5)
    # Wilson, z = 1.6449: (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)
    assert row["low"] == pytest.approx(0.4355, abs=5e-4) and row["high"] == pytest.approx(0.5645, abs=5e-4)


def test_the_planted_difference_is_found(place: Warehouse) -> None:
    found = repeat_by_satisfaction(place.read("feedback"), place.read("order_lines"), AS_OF, 90)
    assert found is not None
    assert (found["satisfied"], found["others"]) == (SIDE, SIDE)
    assert found["satisfied_again"] == 0.75 and found["others_again"] == 0.25
    assert found["low"] < 0.5 < found["high"] and found["low"] > 0


def test_answers_without_the_horizon_behind_them_do_not_count(place: Warehouse) -> None:
    found = repeat_by_satisfaction(place.read("feedback"), place.read("order_lines"), date(2024, 7, 1), 90)
    assert found is not None
    assert (found["satisfied"], found["others"]) == (0, 0) and np.isnan(found["difference"])


def test_profit_of_the_satisfied_with_coverage(place: Warehouse) -> None:
    profit = pd.DataFrame({"customer_id": [f"c{i:03d}" for i in range(320)]})
    profit["profit"] = [3.0] * SIDE + [1.0] * (320 - SIDE)
    found = profit_of_satisfied(place.read("feedback"), profit, AS_OF, 0)
    assert found is not None
    assert (found["answered"], found["customers"]) == (160, 320)
    assert found["share"] == pytest.approx(0.75) and found["low"] < 0.75 < found["high"]
    few = profit_of_satisfied(place.read("feedback"), profit.head(50), AS_OF, 0)
    assert few is not None and np.isnan(few["share"])


def test_without_scores_nothing_is_said(place: Warehouse) -> None:
    bare = place.read("feedback").drop("score")
    profit = pd.DataFrame({"customer_id": ["c000"], "profit": [1.0]})
    assert satisfaction_by_quarter(None, AS_OF) is None
    assert satisfaction_by_quarter(bare, AS_OF) is None
    assert repeat_by_satisfaction(bare, place.read("order_lines"), AS_OF, 90) is None
    assert profit_of_satisfied(bare, profit, AS_OF, 0) is None

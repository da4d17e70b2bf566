"""What changed between two runs: parts that add up, decisions that turned."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_analysis.decisions import RunState, run_changes

SEGMENTS = ["loyal", "at_risk", "lost"]


def _state(people: dict[str, tuple[str, float]], chosen: dict[str, str], margin: float = 0.3) -> RunState:
    scores = pd.DataFrame(
        {
            "customer_id": list(people),
            "segment": [segment for segment, _value in people.values()],
            "value": [value for _segment, value in people.values()],
        }
    )
    rows = [
        {
            "segment": segment,
            "strategy": strategy,
            "chosen": chosen.get(segment) == strategy,
            "customers": int((scores["segment"] == segment).sum()),
            "expected_profit": 10.0 if strategy == "retain" else 4.0,
        }
        for segment in SEGMENTS
        for strategy in ("retain", "reactivate")
    ]
    return RunState({"margin": margin}, scores, pd.DataFrame(rows))


BEFORE = _state({"a": ("loyal", 100.0), "b": ("loyal", 80.0), "c": ("lost", 5.0)}, {"loyal": "retain"})


def test_a_customer_who_moved_brings_the_decision_along() -> None:
    now = _state({"a": ("at_risk", 40.0), "b": ("loyal", 80.0), "c": ("lost", 5.0)}, {"loyal": "retain"})
    found = run_changes(now, BEFORE)
    assert len(found) == 1
    row = found.iloc[0]
    assert (row["kind"], row["amount"], row["customers"]) == ("moved", -60.0, 1)
    assert (row["segment_from"], row["segment_to"]) == ("loyal", "at_risk")
    assert (row["strategy_from"], row["strategy_to"]) == ("retain", "none")


def test_who_came_who_went_and_another_margin() -> None:
    now = _state({"a": ("loyal", 50.0), "b": ("loyal", 40.0), "d": ("lost", 7.0)}, {"loyal": "retain"}, margin=0.15)
    found = run_changes(now, BEFORE).set_index("kind")
    assert found["amount"].to_dict() == pytest.approx({"margin": -90.0, "arrived": 7.0, "departed": -5.0})


def test_another_strategy_is_a_line_of_its_own() -> None:
    now = _state(
        {"a": ("loyal", 100.0), "b": ("loyal", 80.0), "c": ("lost", 5.0)}, {"loyal": "retain", "lost": "reactivate"}
    )
    row = run_changes(now, BEFORE).iloc[0]
    assert (row["kind"], row["segment_to"], row["strategy_from"], row["strategy_to"]) == (
        "decision", "lost", "none", "reactivate",
    )  # fmt: skip
    assert row["amount"] == 4.0


def test_nothing_changed() -> None:
    assert run_changes(BEFORE, BEFORE).empty


people = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2),
    st.tuples(st.sampled_from(SEGMENTS), st.floats(0, 1000)),
    min_size=1,
    max_size=12,
)


@given(people, people, st.floats(0.05, 0.9), st.floats(0.05, 0.9))
def test_parts_of_the_change_of_value_add_up(
    before: dict[str, tuple[str, float]], now: dict[str, tuple[str, float]], old: float, new: float
) -> None:
    then, today = _state(before, {}, old), _state(now, {}, new)
    found = run_changes(today, then)
    whole = float(today.scores["value"].sum() - then.scores["value"].sum())
    parts = float(found.loc[found["kind"] != "decision", "amount"].sum())
    assert parts == pytest.approx(whole, abs=0.005 * 20)
    assert np.all(np.diff(found["amount"].abs()) <= 1e-9)

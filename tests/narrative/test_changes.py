"""What changed since the run before, in words: at most ten lines, the most money first, with cause and decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crm_analysis.decisions import RunState
from crm_analysis.narrative import changes as words
from crm_analysis.narrative.explained import without_marks


def _facts(rows: int = 1000, planned: int = 40, value: float = 5000.0, **more: Any) -> dict[str, Any]:
    facts = {"rows_kept": rows, "planned": planned, "as_of": "2024-06-30", "margin": 0.3, "forecast": "BG/NBD"}
    return facts | {"value": {"value": value, "low": value * 0.8, "high": value * 1.2}} | more


def _state(
    facts: dict[str, Any],
    segments: tuple[str, ...] = ("loyal",),
    values: tuple[float, ...] = (5.0,),
    retain: str = "loyal",
) -> RunState:
    scores = pd.DataFrame(
        {"customer_id": [f"c{i}" for i in range(len(values))], "segment": list(segments), "value": list(values)}
    )
    rows = [(s, "retain", s == retain, 1, 12.0) for s in ("loyal", "at_risk")]
    columns = ["segment", "strategy", "chosen", "customers", "expected_profit"]
    return RunState(facts, scores, pd.DataFrame(rows, columns=columns))


def _lines(now: RunState, before: RunState | None) -> list[str]:
    return [without_marks(line) for line in words.changes(now, before, "USD")]


def test_first_run_and_same_run() -> None:
    assert "first run" in _lines(_state(_facts()), None)[0]
    same = _lines(_state(_facts()), _state(_facts()))
    assert "data is the same" in same[0]
    assert "are the same" in same[1]


def test_now_and_before() -> None:
    now, before = _state(_facts(1500, 60, 7000.0, as_of="2024-07-07")), _state(_facts())
    up, down = _lines(now, before), _lines(before, now)
    assert up[:3] == [
        "1,500 order lines, 1,000 before; data up to 7 Jul 2024.",
        "Customer value over 12 months: $7,000, $5,000 before.",
        "Customers with a planned contact: 60, 40 before.",
    ]
    assert down[0] == "1,000 order lines, 1,500 before; data up to 30 Jun 2024."


def test_money_with_its_cause_and_the_decision() -> None:
    now = _state(_facts(value=4000.0), ("at_risk", "loyal"), (100.0, 500.0))
    before = _state(_facts(), ("loyal", "loyal"), (600.0, 500.0))
    said = _lines(now, before)
    moved = "$500 of customer value: 1 customer went from 'Loyal customers' to 'At risk', so the strategy is now "
    assert moved in said[3]
    assert said[3].endswith("not 'Retain'.")
    same = _lines(_state(_facts(value=4000.0), ("at_risk", "loyal"), (100.0, 500.0), retain=""), _state(
        _facts(), ("loyal", "loyal"), (600.0, 500.0), retain=""
    ))  # fmt: skip
    assert same[3].endswith("what is done about them is the same.")


def test_a_changed_decision_another_forecast_and_new_customers() -> None:
    now = _state(_facts(value=5300.0, forecast="Pareto/NBD"), ("loyal", "loyal"), (5.0, 300.0), retain="at_risk")
    said = "\n".join(_lines(now, _state(_facts())))
    assert "(Pareto/NBD instead of BG/NBD)" in said
    assert "+$300 of customer value from 1 customer who was not known before." in said
    assert "'Loyal customers' (1 customer) gets 'Leave alone' instead of 'Retain'" in said


def test_at_most_ten_lines() -> None:
    names = ("loyal", "at_risk", "lost", "new", "promising", "hibernating")
    segments = tuple(a for a in names for _b in names)
    then = tuple(b for _a in names for b in names)
    values = tuple(float(i + 1) for i in range(len(segments)))
    now = _state(_facts(value=9.0), segments, values)
    assert len(_lines(now, _state(_facts(), then, tuple(v * 2 for v in values)))) == words.MOST_LINES


def test_runs_of_an_older_version_are_not_compared() -> None:
    assert words.is_comparable(_facts())
    assert not words.is_comparable({"planned": 3})


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.changes(_state(_facts(1500)), _state(_facts()), "USD")[0], "1,500"),
        (lambda: words.changes(_state(_facts(planned=60)), _state(_facts()), "USD")[2], "60"),
        (lambda: words.changes(_state(_facts(value=1.0), values=(300.0,)), _state(_facts()), "USD")[3], "295"),
    ],
)
def test_korean_says_the_same(
    sentence: Callable[[], str], number: str, check_korean: Callable[[Callable[[], str], str], None]
) -> None:
    check_korean(lambda: without_marks(sentence()), number)

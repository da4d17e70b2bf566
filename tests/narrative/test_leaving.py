"""Who leaves and why, in words: the sentence turns with what won, and reasons are what a shop assistant could say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_analysis.models import LeavingCheck, LeavingModel
from crm_analysis.narrative import leaving as words


def _drivers(*named: bool) -> pd.DataFrame:
    names = ["slow_complaints", "late_deliveries", "store_visits"][: len(named)]
    return pd.DataFrame(
        {"driver": names, "customers": 50, "odds_ratio": 1.6, "low": 1.2, "high": 2.0, "p_value": 0.01, "q_value": 0.02,
         "named": list(named)}
    )  # fmt: skip


def _check(
    winner: str = "additive", low: float = 0.001, high: float = 0.004, drivers: pd.DataFrame | None = None
) -> LeavingCheck:
    card = pd.DataFrame(
        {
            "way": ["additive", "purchases_model"],
            "log_loss": [0.44, 0.4425],
            "auc": 0.8,
            "brier": 0.14,
            "slope": [1.0, np.nan],
            "chosen_loss": [0.45, 0.46],
            "difference": [0.0, (low + high) / 2],
            "low": [0.0, low],
            "high": [0.0, high],
        }
    )
    if winner != "additive":
        card["way"] = card["way"].iloc[::-1].to_numpy()
    card["winner"] = card["way"] == winner
    model = LeavingModel()
    model.drivers_ = _drivers(True, True, False) if drivers is None else drivers
    calibration = pd.DataFrame(
        {"bin": [1, 2], "n": 50, "predicted": [0.1, 0.6], "observed": 0.1, "low": 0.05, "high": 0.2}
    )
    now = pd.DataFrame({"customer_id": ["a", "b"], "probability_leaving": [0.7, 0.2]})
    return LeavingCheck(date(2024, 7, 21), 161, (date(2024, 2, 11),), 8982, 0.25, card, winner, calibration, model, now)


def test_the_winner_and_the_day_that_took_no_part() -> None:
    won, even, lost = (
        words.ways_sentence(_check(low=a, high=b)) for a, b in ((0.001, 0.004), (-0.002, 0.003), (-0.004, -0.001))
    )
    assert "8,982 customers were active; 25 % of them bought nothing in the 161 days after" in won
    assert "it beat all others and is used; the next was 'Model of purchases'" in won
    assert "no difference from 'Model of purchases' can be told" in even
    assert "'Model of purchases' did better" in lost
    assert words.ways_sentence(None) == ""


def test_a_model_that_was_beaten_gives_no_reasons() -> None:
    assert not _check(low=-0.004, high=-0.001).used
    assert words.driver_rows(_check(low=-0.004, high=-0.001)) == ([], {})
    assert "another way told better" in words.no_model(_check(low=-0.004, high=-0.001))
    assert "'Model of purchases' tells better" in words.no_model(_check("purchases_model"))
    assert words.drivers_sentence(_check("purchases_model")) == ""


def test_drivers_are_association_or_nothing() -> None:
    some = words.drivers_sentence(_check())
    assert "Of 3 things that customers lived through, 2 go with leaving beyond chance" in some
    assert "Slow answers to complaints (1.60 times the odds)" in some
    assert "association, not proof of a cause" in some
    none = words.drivers_sentence(_check(drivers=_drivers(False, False)))
    assert "none goes with leaving beyond chance" in none


@pytest.mark.parametrize(
    ("reason", "amount", "usual", "said"),
    [
        ("waiting", 90.0, 30.0, "Last order 90 days ago, usually every 30 days."),
        ("late_deliveries", 1.5, 0.0, "A delivery came late."),
        ("price_increases", 0.16, 0.05, "What they buy became 16 % dearer in half a year."),
        ("fewer_orders", -0.4, 0.0, "Orders 40 % less often than half a year ago."),
        ("unknown", 1.0, 0.0, "unknown"),
    ],
)
def test_reasons_in_plain_words(reason: str, amount: float, usual: float, said: str) -> None:
    assert words.reason_text({"reason": reason, "amount": amount, "usual": usual}) == said


def _scores() -> pd.DataFrame:
    return pd.DataFrame(
        {"customer_id": ["a", "b", "gone"], "segment": "loyal", "probability_leaving": [0.7, 0.2, 0.9],
         "value_at_risk": [70.0, 20.0, 5.0]}
    )  # fmt: skip


def test_who_is_at_risk_counts_the_active_only() -> None:
    said = words.who_sentence(_scores(), _check(), "USD")
    assert said == "1 of 2 active customers is more likely to leave than to stay, with $70.00 of value at risk."


def test_the_list_has_its_reasons() -> None:
    reasons = pd.DataFrame(
        {
            "customer_id": ["a", "a"],
            "reason": ["late_deliveries", "waiting"],
            "amount": [1.0, 60.0],
            "usual": [0.0, 20.0],
        }
    )
    rows, heads = words.at_risk_rows(_scores(), reasons, "USD")
    assert [row[0] for row in rows] == ["a"]
    assert rows[0][-1] == "A delivery came late. Last order 60 days ago, usually every 20 days."
    assert len(rows[0]) == len(heads)
    assert words.at_risk_rows(_scores(), reasons.head(0), "USD") == ([], {})


def test_scorecard_and_calibration() -> None:
    rows, heads = words.scorecard_rows(_check())
    assert rows[0][0] == "Habits and experiences ✓"
    assert rows[1][5] == "–"
    assert len(rows[0]) == len(heads)
    assert words.calibration_words(_check())["title"] == "1 of 2 groups left as often as was said"
    assert words.scorecard_rows(None) == ([], {})


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.ways_sentence(_check()), "8,982"),
        (lambda: words.drivers_sentence(_check()), "1.60"),
        (lambda: words.drivers_sentence(_check(drivers=_drivers(False))), "1"),
        (lambda: words.no_check(161), "161"),
        (lambda: words.reason_text({"reason": "waiting", "amount": 90.0, "usual": 30.0}), "90"),
        (lambda: words.calibration_words(_check())["subtitle"], "161"),
    ],
)
def test_korean_says_the_same(
    sentence: Callable[[], str], number: str, check_korean: Callable[[Callable[[], str], str], None]
) -> None:
    check_korean(sentence, number)


def test_every_reason_has_words() -> None:
    from crm_analysis.features import LIVED_THROUGH
    from crm_analysis.models.leaving_reasons import SIGNS

    row: dict[Any, Any] = {"amount": 0.5, "usual": 1.0}
    for reason in (*LIVED_THROUGH, *SIGNS):
        assert words.reason_text(row | {"reason": reason}) != reason
        assert words.driver_label(reason) != reason

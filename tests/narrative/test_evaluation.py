"""Step 7 in words: randomised against chosen, clear against chance, nothing against something."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from crm_analysis.decisions.evaluation import RESULT_COLUMNS
from crm_analysis.narrative import evaluation as words


def _results(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """One campaign for each evidence and ends of its interval."""
    frame = pd.DataFrame(
        {
            "campaign_id": [f"k{i}" for i in range(len(rows))],
            "name": "Spring",
            "starts_on": pd.Timestamp("2024-03-01"),
            "ends_on": pd.Timestamp("2024-03-14"),
            "treated": 1200,
            "compared": 800,
            "estimate": [(low + high) / 2 for _evidence, low, high in rows],
            "low": [low for _evidence, low, _high in rows],
            "high": [high for _evidence, _low, high in rows],
            "placebo_estimate": 1.0,
            "placebo_low": 0.5,
            "placebo_high": 1.5,
            "evidence": [evidence for evidence, _low, _high in rows],
        }
    )
    return frame.astype(RESULT_COLUMNS)


def _tests(*found: tuple[float, float]) -> pd.DataFrame:
    """One planned action for each smallest effect it can find and the effect it assumes."""
    frame = pd.DataFrame(found, columns=["detectable_effect", "assumed_effect"])
    return frame.assign(action="at_risk:retain", contact=900, control=100, base=0.4, needed_per_arm=1234.0)


def _plan(*arms: str) -> pd.DataFrame:
    ids = [f"c{i}" for i in range(len(arms))]
    return pd.DataFrame({"customer_id": ids, "action": "at_risk:retain", "arm": pd.Series(arms, dtype="str")})


WON, LOST, NOTHING = ("measured", 1.0, 3.0), ("measured", -3.0, -1.0), ("measured", -1.0, 2.0)
CHOSEN, UNFAIR = ("modelled", 1.0, 3.0), ("assumed", -1.0, 3.0)
PLAN = _plan("contact", "contact", "contact", "control", "holdout")


def test_no_campaign_to_judge() -> None:
    assert "No past campaign can be judged" in words.answer(_results())
    assert words.warning_sentence(_results()) == ""
    assert words.forest_words(_results(), "USD")["title"] == ""
    assert words.result_rows(_results(), "USD")[0] == []
    assert "No past campaign can be judged" in words.no_campaigns()


@pytest.mark.parametrize(
    ("rows", "start"),
    [
        ((WON, WON, NOTHING), "2 of 3 randomised campaigns raised"),
        ((LOST, NOTHING), "0 of 2 randomised campaigns raised"),
        ((WON, CHOSEN), "1 of 1 randomised campaigns raised"),
    ],
)
def test_randomised_campaigns_are_measured(rows: tuple[tuple[str, float, float], ...], start: str) -> None:
    assert words.answer(_results(*rows)).startswith(start)


def test_campaigns_that_were_not_randomised_measure_nothing() -> None:
    text = words.answer(_results(CHOSEN, CHOSEN, UNFAIR))
    assert "None of the 3 past campaigns was randomised" in text
    assert "in 1 of them the targeted customers were already on another path" in text
    assert "raised" not in text
    assert "in 0 of them" in words.answer(_results(CHOSEN, CHOSEN))


def test_warning_only_where_customers_were_chosen() -> None:
    assert words.warning_sentence(_results(WON, NOTHING)) == ""
    assert "do not use them as effects" in words.warning_sentence(_results(CHOSEN))
    assert "do not use them as effects" in words.warning_sentence(_results(WON, UNFAIR))


def test_forest_title_counts_intervals_beside_zero() -> None:
    measured = words.forest_words(_results(WON, LOST, NOTHING), "USD")
    assert measured["title"] == "2 of 3 randomised campaigns changed sales beyond chance"
    mixed = words.forest_words(_results(NOTHING, CHOSEN), "USD")
    assert mixed["title"] == "0 of 1 randomised campaigns changed sales beyond chance"
    assert "USD" in measured["subtitle"]
    chosen = words.forest_words(_results(CHOSEN, UNFAIR), "USD")["title"]
    assert chosen.startswith("In 1 of 2 campaigns")
    assert "none was randomised" in chosen


def test_result_rows_show_effect_and_placebo() -> None:
    rows, heads = words.result_rows(_results(WON, ("assumed", -3.0, -1.0)), "USD")
    assert rows[0][:5] == ["k0", "Spring", "1 to 14 Mar 2024", "1,200", "800"]
    assert rows[0][5] == "$2.0 (90 %: 1.0 to 3.0)"
    assert rows[1][5] == "−$2.0 (90 %: −3.0 to −1.0)"
    assert [row[7] for row in rows] == ["measured", "assumed"]
    assert len(heads) == len(rows[0])


@pytest.mark.parametrize(
    ("found", "start"),
    [(((0.02, 0.05), (0.09, 0.05)), "1 of 2"), (((0.09, 0.05),), "0 of 1"), (((0.02, 0.05), (0.05, 0.05)), "2 of 2")],
)
def test_tests_large_enough(found: tuple[tuple[float, float], ...], start: str) -> None:
    text = words.tests_sentence(_tests(*found))
    assert text.startswith(f"{start} planned actions have control groups large enough")
    assert "nearly everyone" not in text


def test_tests_that_cannot_find_anything_or_are_not_there() -> None:
    full = words.tests_sentence(_tests((np.nan, 0.05), (np.nan, 0.05), (0.02, 0.05)))
    assert full.startswith("1 of 3")
    assert "In 2 nearly everyone buys anyway" in full
    assert "no test is running" in words.tests_sentence(_tests())


def test_test_rows_are_finished_texts() -> None:
    rows, heads = words.test_rows(_tests((0.02, 0.05), (np.nan, 0.05)))
    assert rows[0] == ["Keep them from leaving: At risk", "900", "100", "40 %", "5.0 %", "2.0 %", "1,234"]
    assert rows[1][5] == "–"
    assert len(heads) == len(rows[0])


def test_from_before_counts_the_held_back() -> None:
    assert "5 customers planned, 2 held back" in words.from_before(PLAN)
    assert "2 customers planned, 0 held back" in words.from_before(_plan("contact", "contact"))


@pytest.mark.parametrize("returned", [None, PLAN.head(0)])
def test_nothing_came_back(returned: pd.DataFrame | None) -> None:
    assert "Nothing has come back" in words.returned_sentence(PLAN, returned)


def test_what_came_back_kept_to_the_plan_or_not() -> None:
    kept = words.returned_sentence(PLAN, PLAN.head(2))
    assert "2 of 3 planned contacts" in kept
    assert "nobody of the control groups was contacted" in kept
    broken = words.returned_sentence(PLAN, PLAN)
    assert "3 of 3 planned contacts" in broken
    assert "2 customers who were to be held back were contacted all the same" in broken


def test_results_of_another_action_are_not_counted() -> None:
    other = PLAN.assign(action="lost:reactivate")
    assert "0 of 3 planned contacts" in words.returned_sentence(PLAN, other)


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.answer(_results(*[WON] * 17)), "17"),
        (lambda: words.answer(_results(*[UNFAIR] * 17)), "17"),
        (lambda: words.forest_words(_results(*[WON] * 17), "USD")["title"], "17"),
        (lambda: words.forest_words(_results(*[UNFAIR] * 17), "USD")["title"], "17"),
        (lambda: words.tests_sentence(_tests(*[(0.02, 0.05)] * 17)), "17"),
        (lambda: words.tests_sentence(_tests(*[(np.nan, 0.05)] * 17)), "17"),
        (lambda: words.from_before(_plan(*["contact"] * 17)), "17"),
        (lambda: words.returned_sentence(_plan(*["contact"] * 17), PLAN.head(1)), "17"),
        (lambda: words.returned_sentence(_plan(*["control"] * 17), _plan(*["control"] * 17)), "17"),
        (words.no_campaigns, "30"),
    ],
)
def test_korean(sentence: Callable[[], str], number: str, check_korean: Callable[..., None]) -> None:
    check_korean(sentence, number)

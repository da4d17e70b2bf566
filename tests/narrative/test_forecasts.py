"""Which forecast is used and how far it was off, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import crm_analysis
from crm_analysis.models import ForecastCheck
from crm_analysis.narrative import forecasts as words

NAMES = ["BG/NBD", "mean_of_the_past", "own_past_rate", "simple_regression"]
EARLIER = (date(2023, 10, 1), date(2023, 12, 31))
ALONE = (date(2024, 3, 31),)


def _check(
    winner: str = "BG/NBD",
    model: float = -4.0,
    naive: float = 12.5,
    brier: float = 0.15,
    chosen_on: tuple[date, ...] = EARLIER,
    rmse: tuple[float, ...] = (1.0, 1.2, 1.4, 1.1),
) -> ForecastCheck:
    comparison = pd.DataFrame(
        {
            "model": NAMES,
            "n_customers": 800,
            "total_error_pct": [model, naive, 30.0, -7.5],
            "rmse": rmse,
            "mae": 0.5,
            "chosen_rmse": [1.0, 1.3, float("nan"), 1.2],
            "value_top_decile": [0.4, float("nan"), 0.3, 0.35],
        }
    )
    empty = pd.DataFrame()
    return ForecastCheck(date(2024, 3, 31), 91, 800, comparison, winner, empty, empty, brier, 0.20, chosen_on)


def _opinion(*difference: float) -> pd.DataFrame:
    return pd.DataFrame({"model": "BG/NBD", "difference": pd.Series(difference, dtype="float64")})


def test_chosen_on_earlier_periods_by_the_model_or_by_a_naive_one() -> None:
    model = words.forecast_sentence(_check())
    assert model.startswith("On earlier periods BG/NBD was closest customer by customer, so it is used.")
    assert "missed the total of purchases by 4.0 % (mean of the past: 12.5 %)" in model
    naive = words.forecast_sentence(_check("simple_regression"))
    assert "a simple regression on the last period was closer than BG/NBD" in naive
    assert "by 7.5 % (BG/NBD: 4.0 %, mean of the past: 12.5 %)" in naive


def test_a_single_period_is_said_to_be_one() -> None:
    model = words.forecast_sentence(_check(chosen_on=ALONE))
    assert "BG/NBD missed the total of purchases by 4.0 %" in model
    assert "(mean of the past: 12.5 %)" in model
    assert model.endswith("it is used.")
    naive = words.forecast_sentence(_check("mean_of_the_past", chosen_on=ALONE))
    assert "the mean of the past was closer" in naive
    assert naive.endswith("it is used instead.")
    own = words.forecast_sentence(_check("own_past_rate", chosen_on=ALONE))
    assert "by customer each customer's own past rate was closer" in own
    choice = words.choice_sentence(_check(chosen_on=ALONE))
    assert "same 91 days that the errors are about" in choice
    assert "Expect larger errors" in choice


def test_the_days_of_choice_and_report_are_named_with_what_the_last_one_says() -> None:
    same = words.choice_sentence(_check())
    assert "1 Oct 2023, 31 Dec 2023" in same.replace("\xa0", " ")
    assert "which took no part in it, and there the forecast chosen was the closest again" in same
    other = words.choice_sentence(_check(rmse=(1.0, 1.2, 0.9, 1.1)))
    assert "There each customer's own past rate was closer customer by customer" in other
    assert "not certain" in other


def test_no_check_of_the_forecast() -> None:
    text = words.forecast_sentence(None)
    assert "too short" in text
    assert "not checked" in text
    assert words.choice_sentence(None) == ""


def test_no_page_shows_who_is_still_a_customer() -> None:
    # One-time buyers would all count as certain, and where a naive forecast won the model is not believed.
    package = Path(crm_analysis.__file__).parent
    files = [p for folder in ("narrative", "plots", "card") for p in (package / folder).rglob("*.py")]
    files += list((package.parent / "notebooks").glob("*.ipynb"))
    assert len(files) > 50
    assert [p.name for p in files if "probability_alive" in p.read_text(encoding="utf-8")] == []


def test_who_is_still_a_customer_is_not_said_where_a_naive_forecast_won() -> None:
    assert "no probability of still being a customer is shown" in words.alive_sentence(_check("last_period"))
    for check in (_check(), None):
        assert "who bought once counts as still a customer" in words.alive_sentence(check)


@pytest.mark.parametrize(("error", "side"), [(8.0, "8.0 % too many"), (-8.0, "8.0 % too few")])
def test_forecast_title_has_the_side_of_the_error(error: float, side: str) -> None:
    assert side in words.forecast_words(_check(model=error))["title"]
    assert side in words.forecast_words(_check("own_past_rate", model=error))["title"], "the model's, where it lost"


def test_calibration_better_equal_or_worse_than_one_risk_for_all() -> None:
    assert "remove 25 % of the error" in words.calibration_words(_check(brier=0.15))["title"]
    assert all("no better" in words.calibration_words(_check(brier=b))["title"] for b in (0.20, 0.25))


def test_scorecard_marks_one_winner() -> None:
    rows, heads = words.scorecard_rows(_check("mean_of_the_past").scorecard)
    assert [row[0] for row in rows if row[-1] == "used"] == ["mean of the past"]
    assert [row[4] for row in rows] == ["−4.0 %", "+12.5 %", "+30.0 %", "−7.5 %"]
    assert [row[1] for row in rows] == ["1.00", "1.30", "–", "1.20"]
    assert [row[5] for row in rows] == ["40 %", "–", "30 %", "35 %"]
    assert all(len(row) == len(heads) for row in rows)


def test_one_time_buyers_stand_apart() -> None:
    frame = pd.DataFrame(
        [("0", "BG/NBD", 50, 0.4, 0.5), ("0", "last_period", 50, 0.4, 0.2), ("4-6", "BG/NBD", 9, 2.0, 1.5)]
        + [("4-6", "last_period", 9, 2.0, 2.5)],
        columns=["frequency_class", "model", "customers", "actual_mean", "predicted_mean"],
    )
    rows, heads = words.frequency_rows(frame)
    assert rows == [["none: bought once", "50", "0.40", "0.50", "0.20"], ["4–6", "9", "2.00", "1.50", "2.50"]]
    assert list(heads)[-2:] == ["BG/NBD", "purchases of the last period"]


def test_second_opinion_agrees_differs_or_is_missing() -> None:
    assert "same expectations (largest difference 0.20 %)" in words.opinion_sentence(_opinion(0.001, -0.002))
    differs = words.opinion_sentence(_opinion(0.001, -0.12))
    assert "differs by up to 12.0 %" in differs
    assert "same" not in differs
    assert "no second opinion" in words.opinion_sentence(_opinion())


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.forecast_sentence(_check("BG/NBD")), "12.5"),
        (lambda: words.forecast_sentence(_check("own_past_rate")), "12.5"),
        (lambda: words.forecast_sentence(_check("simple_regression")), "7.5"),
        (lambda: words.forecast_sentence(_check("BG/NBD", chosen_on=ALONE)), "12.5"),
        (lambda: words.forecast_sentence(_check("simple_regression", chosen_on=ALONE)), "12.5"),
        (lambda: words.choice_sentence(_check()), "91"),
        (lambda: words.choice_sentence(_check(chosen_on=ALONE)), "91"),
        (lambda: words.choice_sentence(_check(rmse=(1.0, 1.2, 0.9, 1.1))), "91"),
        (lambda: words.forecast_words(_check(model=-8.0))["title"], "8.0"),
        (lambda: words.calibration_words(_check())["title"], "25"),
        (lambda: words.opinion_sentence(_opinion(-0.12)), "12.0"),
    ],
)
def test_korean(sentence: Callable[[], str], number: str, check_korean: Callable[..., None]) -> None:
    check_korean(sentence, number)


@pytest.mark.parametrize(
    ("share", "part"), [(0.93, "93 % bought as often as it said"), (0.8, "only 80 % bought as often")]
)
def test_where_customers_were(share: float, part: str) -> None:
    covered = pd.DataFrame(
        {
            "frequency_class": ["all", "0", "4-6"],
            "customers": [90, 60, 30],
            "covered": [share, share + 0.02, share - 0.04],
        }
    )
    text = words.covered_sentence(replace(_check(), covered=covered))
    assert part in text
    assert "before: 4–6." in text
    assert words.covered_sentence(_check()) == words.covered_sentence(None) == ""

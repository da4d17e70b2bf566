"""From order lines to the forecast that values rest on: days of choice and report, winner, what is not shown."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from crm_analysis.contract.handed_over import check_handed_over
from crm_analysis.decisions.direction import profit_per_success
from crm_analysis.features import customer_summary, purchases_in
from crm_analysis.models import (
    CANDIDATES,
    BetaGeoNBD,
    ForecastCheck,
    NaiveForecast,
    ScoringSettings,
    by_frequency_of,
    check_forecast,
    fit_used,
    measures_of,
    score_values,
    scorecard_of,
    total_value,
    used_forecast,
    weekly_of,
)
from crm_analysis.models.forecast import origin_days

FIRST, LAST = date(2023, 1, 1), date(2023, 12, 31)
SETTINGS = ScoringSettings("week", 90, 365, 84, 0.3, 0.1)


def _lines(rows: list[tuple[int, int]]) -> ir.Table:
    """Order lines of (customer, day number) pairs, each over 10."""
    frame = pd.DataFrame(rows, columns=["customer", "day"])
    table = pd.DataFrame(
        {
            "customer_id": "c" + frame["customer"].astype(str),
            "ordered_at": pd.Timestamp(FIRST) + pd.to_timedelta(frame["day"], unit="D"),
            "amount": 10.0,
        }
    )
    return ibis.memtable(table)


@pytest.fixture(scope="module")
def punctual() -> ir.Table:
    """Everybody buys on fixed days, with one gap all the year: what was is what will be, and nobody leaves."""
    gaps = np.repeat([7, 13, 26, 45], 100)
    return _lines([(customer, day) for customer, gap in enumerate(gaps) for day in range(customer % gap, 365, gap)])


@pytest.fixture(scope="module")
def steady() -> ForecastCheck:
    rng = np.random.default_rng(4)
    rows = []
    for customer in range(1500):
        day, leaves, rate = float(rng.integers(0, 200)), rng.beta(0.8, 2.5), rng.gamma(0.6, 1 / 8.0)
        while day < 365:
            rows.append((customer, int(day)))
            day = day + rng.exponential(1 / rate) if rng.random() > leaves or rows[-1][1] == day else 365.0
    found = check_forecast(_lines(rows), FIRST, LAST)
    assert found is not None
    return found


def test_days_that_forecasts_are_made_from() -> None:
    days, ahead = origin_days(FIRST, LAST)
    assert (days, ahead) == ([date(2023, 4, 2), date(2023, 7, 2), date(2023, 10, 1)], 91)
    assert all(later - earlier == timedelta(days=ahead) for earlier, later in zip(days, [*days[1:], LAST], strict=True))
    days, ahead = origin_days(FIRST, date(2023, 9, 30))
    assert (days, ahead) == ([date(2023, 7, 1)], 91), "too short for two: one day after two thirds"
    assert origin_days(FIRST, date(2023, 3, 24)) == ([], 0)
    days, ahead = origin_days(date(2015, 1, 1), LAST)
    assert ahead == 273
    assert len(days) == 3


def test_the_model_wins_where_its_story_holds(steady: ForecastCheck) -> None:
    assert steady.winner == "BG/NBD"
    assert steady.untouched
    assert steady.chosen_on == (date(2023, 4, 2), date(2023, 7, 2))
    assert steady.split == date(2023, 10, 1)
    assert used_forecast(steady).naive is None
    assert abs(float(steady.comparison.set_index("model")["total_error_pct"].to_dict()["BG/NBD"])) < 15
    weekly = steady.weekly
    end = weekly[weekly["period"] == "holdout"].iloc[-1]
    assert end["model_cumulative"] == pytest.approx(end["actual_cumulative"], rel=0.05)
    assert (steady.calibration["predicted"].diff().dropna() >= 0).all()


def test_tables_are_as_declared(steady: ForecastCheck) -> None:
    tables = {
        "model_scorecard": scorecard_of,
        "forecast_origins": measures_of,
        "forecast_by_frequency": by_frequency_of,
        "weekly_forecast": weekly_of,
    }
    for name, of in tables.items():
        check_handed_over(name, of(steady))
        check_handed_over(name, of(None))
    rows = scorecard_of(steady)
    assert rows["chosen_on"].unique().tolist() == ["2023-04-02, 2023-07-02"]
    assert rows["reported_on"].unique().tolist() == ["2023-10-01"]
    assert rows["winner"].sum() == 1


def test_where_a_naive_forecast_wins_it_is_used_and_nothing_is_said_about_who_is_alive(punctual: ir.Table) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check = check_forecast(punctual, FIRST, LAST)
    assert check is not None
    assert check.winner in NaiveForecast.ALL
    used = used_forecast(check)
    people = customer_summary(punctual, LAST)
    recent = purchases_in(punctual, LAST - timedelta(days=91), LAST).set_index("customer_id")["purchases"]
    expected = used.expected_purchases(people, 13.0)
    assert np.corrcoef(expected, people["customer_id"].map(recent).fillna(0.0))[0, 1] > 0.9
    model = BetaGeoNBD.from_params(r=0.5, alpha=5.0, a=0.5, b=3.0)
    scores = score_values(people, model, None, used, SETTINGS)
    assert scores["probability_alive"].isna().all()
    assert scores["probability_leaving"].between(0, 1).all()
    np.testing.assert_allclose(scores["expected_purchases"], used.expected_purchases(people, 365 / 7))
    np.testing.assert_allclose(scores["horizon_purchases"], used.expected_purchases(people, 90 / 7))
    saved = profit_per_success(scores, "retain", None)
    np.testing.assert_allclose(saved, scores["horizon_profit"] * scores["probability_leaving"])
    total = total_value(people, model, None, used, SETTINGS, 1)
    assert total["value"] == pytest.approx(scores["value"].sum())
    assert total["low"] < total["value"] < total["high"]
    # The total was 10 % and 5 % off on two past days: Student's t with two degrees, 2.92, times 7.9 %.
    wider = total_value(people, model, None, used, SETTINGS, 1, [0.10, -0.05])
    half = 2.919986 * np.sqrt((0.10**2 + 0.05**2) / 2) * total["value"]
    assert wider["high"] - total["value"] == pytest.approx(np.hypot(total["high"] - total["value"], half), rel=1e-5)
    assert wider["value"] == total["value"]
    assert len(check.common_errors) == len(check.chosen_on) + 1


def test_too_little_to_check() -> None:
    few = _lines([(customer, day) for customer in range(30) for day in range(0, 365, 30)])
    assert check_forecast(few, FIRST, LAST) is None
    assert used_forecast(None).name == "BG/NBD"
    silent = _lines([(customer, day) for customer in range(100) for day in (1, 40)] + [(999, 364)])
    assert check_forecast(silent, FIRST, LAST) is None


def test_the_model_that_won_is_the_one_that_is_used(steady: ForecastCheck) -> None:
    """Values are computed by the model that was closest, whichever it is."""
    check = steady
    for kind in CANDIDATES:
        chosen = replace(check, winner=kind.NAME)
        assert chosen.model == kind.NAME
        states = pd.DataFrame({"frequency": [0, 1, 3] * 40, "recency": [0.0, 2.0, 9.0] * 40, "T": [12.0] * 120})
        assert type(fit_used(states, chosen)) is kind
        assert type(fit_used(states, None)) is CANDIDATES[0]
    naive = replace(check, winner="mean_of_the_past")
    models = check.comparison[check.comparison["model"].isin([kind.NAME for kind in CANDIDATES])]
    assert naive.model == models.sort_values("chosen_rmse", kind="stable")["model"].iloc[0]
    assert naive.model == fit_used(states, naive).NAME


def test_how_many_customers_were_where_their_interval_said(steady: ForecastCheck) -> None:
    """The model's story holds, so at least nine in ten are inside, also of the frequent buyers."""
    found = steady.covered
    assert found is not None
    told = found.set_index("frequency_class")
    assert told.loc["all", "customers"] == told.drop("all")["customers"].sum() == steady.customers
    assert told.loc["all", "covered"] > 0.90
    large = told[told["customers"] > 50]
    assert (large["covered"] > 0.85).all()

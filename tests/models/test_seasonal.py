"""Operational time: a season is measured, keeps the likelihood, and has to help out of time."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from crm_analysis.errors import NotEnoughDataError
from crm_analysis.features import purchase_states
from crm_analysis.models import BetaGeoNBD, ModifiedBetaGeoNBD, SeasonalClock, SeasonalModel, check_season

START, DAYS = np.datetime64("2021-01-01"), 3 * 365
SPLIT = date(2023, 6, 30)
SPEED = np.array([0.6, 0.6, 0.8, 0.9, 1.0, 0.9, 0.8, 0.8, 1.0, 1.1, 1.5, 2.0])
TRUE = SeasonalClock(tuple(float(v) for v in SPEED / SPEED.mean()))


def _lines(clock: SeasonalClock, customers: int = 4_000, seed: int = 1) -> ir.Table:
    """Customers who buy and leave as BG/NBD says, on a clock; they arrive evenly."""
    rng = np.random.default_rng(seed)
    every = START + np.arange(DAYS + 1)
    read = clock.read(every)
    end = read[-1]
    born = rng.integers(0, DAYS - 30, customers)
    rate, leaves = rng.gamma(0.8, 1 / 40.0, customers), rng.beta(0.9, 8.0, customers)
    now, there = read[born].copy(), np.arange(customers)
    who, day = [there], [born]
    while len(there):
        now[there] += rng.exponential(1 / np.maximum(rate[there], 1e-9))
        there = there[now[there] < end]
        who.append(there)
        day.append(np.searchsorted(read, now[there], side="right") - 1)
        there = there[rng.random(len(there)) >= leaves[there]]
    frame = pd.DataFrame({"customer_id": np.concatenate(who), "day": np.concatenate(day)})
    return ibis.memtable(
        pd.DataFrame(
            {
                "customer_id": "c" + frame["customer_id"].astype(str),
                "ordered_at": pd.to_datetime(START + frame["day"].to_numpy()),
                "amount": 10.0,
            }
        )
    )


@pytest.fixture(scope="module")
def seasonal() -> ir.Table:
    return _lines(TRUE)


def test_a_clock_runs_a_year_in_a_year() -> None:
    ends = np.array(["2022-01-01", "2023-01-01"], dtype="datetime64[D]")
    first, last = TRUE.read(ends)
    assert last - first == pytest.approx(365, rel=0.01)
    plain = SeasonalClock().read(ends)
    assert plain.tolist() == ends.astype(int).tolist()
    december = TRUE.at(np.array(["2022-12-05"], dtype="datetime64[D]"))[0]
    assert december == pytest.approx(2.0 / SPEED.mean())


def test_without_a_season_it_is_the_plain_model(seasonal: ir.Table) -> None:
    model = SeasonalModel(SeasonalClock()).fit(seasonal, SPLIT)
    plain = BetaGeoNBD().fit(purchase_states(seasonal, SPLIT))
    np.testing.assert_allclose(model.model_.params_, plain.params_, rtol=1e-6)
    assert model.log_likelihood_ == pytest.approx(plain.log_likelihood_, rel=1e-9)
    assert model.weeks_ahead(91) == pytest.approx(13.0)


def test_the_season_is_measured_and_helps_out_of_time(seasonal: ir.Table) -> None:
    check = check_season(seasonal, SPLIT)
    measured, true = np.array(check.clock.speed), np.array(TRUE.speed)
    assert np.abs(np.log(measured / true)).max() < 0.25
    assert np.corrcoef(measured, true)[0, 1] > 0.95
    assert check.helps
    assert check.error("seasonal") < 0.7 * check.error("plain")
    assert check.weekly["actual"].sum() == pytest.approx(check.weekly["seasonal"].sum(), rel=0.1)


def test_the_likelihood_in_calendar_time_can_be_compared(seasonal: ir.Table) -> None:
    plain = SeasonalModel(SeasonalClock()).fit(seasonal, SPLIT)
    for kind in (BetaGeoNBD, ModifiedBetaGeoNBD):
        assert SeasonalModel(TRUE, kind).fit(seasonal, SPLIT).log_likelihood_ > plain.log_likelihood_ + 50
    wrong = SeasonalClock(tuple(np.roll(TRUE.speed, 6)))
    assert SeasonalModel(wrong).fit(seasonal, SPLIT).log_likelihood_ < plain.log_likelihood_ - 50


def test_parameters_are_recovered_on_the_clock(seasonal: ir.Table) -> None:
    model = SeasonalModel(TRUE).fit(seasonal, SPLIT).model_
    truth = {"r": 0.8, "alpha": 40 / 7, "a": 0.9, "b": 8.0}
    for name, value in truth.items():
        assert abs(model.params_[name] - value) < 5 * model.standard_errors_[name], name


def test_where_there_is_no_season_none_is_found() -> None:
    check = check_season(_lines(SeasonalClock(), seed=3), SPLIT)
    assert np.abs(np.log(check.clock.speed)).max() < 0.25
    assert check.error("seasonal") == pytest.approx(check.error("plain"), rel=0.25)


def test_a_season_needs_two_years(seasonal: ir.Table) -> None:
    with pytest.raises(NotEnoughDataError, match="two years of purchases, and there are 365 days"):
        check_season(seasonal, date(2021, 12, 31))

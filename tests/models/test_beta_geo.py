"""BG/NBD: published numbers, invariances, recovery, extremes, and the lifetimes package as a second opinion."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifetimes import BetaGeoFitter

from crm_analysis.errors import ContractError, ModelError, StatisticalWarning
from crm_analysis.models import BetaGeoNBD
from crm_analysis.models._states import PurchaseStates
from crm_analysis.models.beta_geo import _Likelihood

PUBLISHED = {"r": 0.24259, "alpha": 4.41360, "a": 0.79292, "b": 2.42589}
"""Fader, Hardie, Lee (2005), Marketing Science 24(2), table 2 (.243 4.414 .793 2.426), with further digits."""


def states(frequency: list[float], recency: list[float], T: list[float], **more: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": T, **more})


@pytest.fixture(scope="module")
def fitted(cdnow: pd.DataFrame) -> BetaGeoNBD:
    return BetaGeoNBD().fit(cdnow)


@pytest.mark.realdata
def test_cdnow_sample_is_the_one_of_the_paper(cdnow: pd.DataFrame) -> None:
    assert (len(cdnow), cdnow["frequency"].sum(), (cdnow["frequency"] == 0).sum()) == (2357, 2457, 1411)


@pytest.mark.realdata
def test_published_parameters_and_likelihood(fitted: BetaGeoNBD) -> None:
    # Fader, Hardie, Lee (2005), table 2.
    assert fitted.params_.to_dict() == pytest.approx(PUBLISHED, rel=1e-3)
    assert fitted.log_likelihood_ == pytest.approx(-9582.429, abs=0.01)
    assert fitted.n_customers_ == 2357
    assert fitted.converged_
    assert fitted.aic_ == pytest.approx(2 * 4 + 2 * 9582.429, abs=0.02)
    assert fitted.bic_ == pytest.approx(4 * np.log(2357) + 2 * 9582.429, abs=0.02)


@pytest.mark.realdata
def test_standard_errors(fitted: BetaGeoNBD) -> None:
    expected = {"r": 0.01256, "alpha": 0.3782, "a": 0.1857, "b": 0.7054}
    assert fitted.standard_errors_.to_dict() == pytest.approx(expected, rel=1e-3)
    draws = fitted.simulate_parameters(20_000, random_state=1)
    assert np.log(draws).std().to_dict() == pytest.approx(
        (fitted.standard_errors_ / fitted.params_).to_dict(), rel=0.03
    )
    table = fitted.summary().set_index("parameter")
    assert (table["low"] < table["estimate"]).all()
    assert table.loc["r", "high"] == pytest.approx(0.24259 * np.exp(1.6449 * 0.01256 / 0.24259), rel=1e-3)


def test_closed_forms_at_the_published_parameters() -> None:
    # Fader and Hardie's spreadsheet and the BTYD vignette; 1.444004 belongs to parameters with more digits.
    model = BetaGeoNBD.from_params(**PUBLISHED)
    one = states([2], [30.43], [38.86])
    assert model.expected_purchases(one, 39)[0] == pytest.approx(1.2259, abs=5e-5)
    assert model.probability_alive(one)[0] == pytest.approx(0.72661, abs=5e-6)
    heavy = states([26], [30.857], [31])
    assert model.expected_purchases(heavy, 52)[0] == pytest.approx(25.7566, abs=1e-3)
    assert model.probability_alive(heavy)[0] == pytest.approx(0.96885, abs=5e-6)
    assert model.expected_purchases_new_customer(52) == pytest.approx(1.444004, abs=3e-5)


@pytest.mark.realdata
def test_closed_forms_of_the_fitted_model(fitted: BetaGeoNBD) -> None:
    assert fitted.expected_purchases_new_customer(52) == pytest.approx(1.444004, abs=2e-5)
    assert fitted.expected_purchases(states([26], [30.857], [31]), 52)[0] == pytest.approx(25.7566, abs=1e-3)


@pytest.mark.realdata
def test_lifetimes_agrees(cdnow_summary: pd.DataFrame) -> None:
    x, t_x, T = (cdnow_summary[name] for name in ("frequency", "recency", "T"))
    other = BetaGeoFitter().fit(x, t_x, T)
    model = BetaGeoNBD().fit(cdnow_summary)
    assert model.params_.to_dict() == pytest.approx(other.params_.to_dict(), rel=1e-4)
    same = BetaGeoNBD.from_params(**other.params_.to_dict())
    theirs = other.conditional_expected_number_of_purchases_up_to_time(39, x, t_x, T)
    np.testing.assert_allclose(same.expected_purchases(cdnow_summary, 39), theirs, rtol=1e-9)
    alive = other.conditional_probability_alive(x, t_x, T)
    np.testing.assert_allclose(same.probability_alive(cdnow_summary), np.ravel(alive), rtol=1e-9)
    new = other.expected_number_of_purchases_up_to_time(np.array([1.0, 52.0]))
    np.testing.assert_allclose(same.expected_purchases_new_customer(np.array([1.0, 52.0])), new, rtol=1e-9)


@pytest.mark.realdata
def test_states_and_customers_give_one_result(cdnow: pd.DataFrame, fitted: BetaGeoNBD) -> None:
    counted = cdnow.groupby(["frequency", "recency", "T"]).size().rename("customers").reset_index()
    assert len(counted) < len(cdnow)
    again = BetaGeoNBD().fit(counted.sample(frac=1, random_state=0))
    np.testing.assert_allclose(again.params_, fitted.params_, rtol=1e-9)
    assert again.log_likelihood_ == pytest.approx(fitted.log_likelihood_, rel=1e-12)


@pytest.mark.realdata
@pytest.mark.parametrize(("unit", "per_week"), [("day", 7.0), ("month", 7 / 30.4375), ("year", 7 / 365.25)])
def test_the_unit_does_not_matter(cdnow: pd.DataFrame, fitted: BetaGeoNBD, unit: str, per_week: float) -> None:
    other_unit = cdnow.assign(recency=cdnow["recency"] * per_week, T=cdnow["T"] * per_week)
    other = BetaGeoNBD().fit(other_unit)
    rescaled = other.params_ / pd.Series({"r": 1, "alpha": per_week, "a": 1, "b": 1})
    np.testing.assert_allclose(rescaled, fitted.params_, rtol=1e-8)
    relative = (other.standard_errors_ / other.params_) / (fitted.standard_errors_ / fitted.params_)
    np.testing.assert_allclose(relative, 1.0, rtol=1e-5)
    np.testing.assert_allclose(
        other.discounted_expected_purchases(other_unit, 52 * per_week, 0.12, unit),
        fitted.discounted_expected_purchases(cdnow, 52, 0.12, "week"),
        rtol=1e-7,
    )


@pytest.mark.parametrize(
    ("customers", "tolerance"),
    [
        (2_000, {"r": 0.25, "alpha": 0.35, "a": 0.8, "b": 1.2}),
        (40_000, {"r": 0.05, "alpha": 0.07, "a": 0.1, "b": 0.15}),
    ],
)
def test_known_parameters_are_recovered(
    simulated: Callable[..., pd.DataFrame], customers: int, tolerance: dict[str, float]
) -> None:
    truth = {"r": 0.6, "alpha": 3.0, "a": 0.9, "b": 2.5}
    model = BetaGeoNBD().fit(simulated(customers, **truth, seed=11))
    for name, value in truth.items():
        assert model.params_[name] == pytest.approx(value, rel=tolerance[name])
        assert abs(model.params_[name] - value) < 4 * model.standard_errors_[name]


def test_forecast_and_variance_hold_in_simulated_futures(simulated: Callable[..., pd.DataFrame]) -> None:
    truth = {"r": 0.6, "alpha": 3.0, "a": 0.9, "b": 2.5}
    table = simulated(60_000, **truth, horizon=26.0, seed=5)
    model = BetaGeoNBD.from_params(**truth)
    expected = model.expected_purchases(table, 26)
    variance = model.variance_of_purchases(table, 26)
    sampling = np.sqrt(variance.sum())
    assert abs(table["future"].sum() - expected.sum()) < 4 * sampling
    assert ((table["future"] - expected) ** 2).sum() == pytest.approx(variance.sum(), rel=0.05)
    nothing = model.probability_no_purchase(table, 26)
    share = (table["future"] == 0).mean()
    assert nothing.mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(table)))


@settings(max_examples=150, deadline=None)
@given(
    r=st.floats(1e-3, 50),
    alpha=st.floats(1e-3, 1e3),
    a=st.floats(1e-3, 50),
    b=st.floats(1e-3, 50),
    x=st.integers(0, 10_000),
    part=st.floats(0, 1),
    T=st.floats(1 / 7, 2_610),
    horizon=st.floats(0, 2_610),
)
def test_scores_stay_in_range(
    r: float, alpha: float, a: float, b: float, x: int, part: float, T: float, horizon: float
) -> None:
    model = BetaGeoNBD.from_params(r=r, alpha=alpha, a=a, b=b)
    one = states([x], [T * part if x else 0.0], [T])
    alive, expected = model.probability_alive(one)[0], model.expected_purchases(one, horizon)[0]
    nothing = model.probability_no_purchase(one, horizon)[0]
    assert 0 <= alive <= 1
    assert 0 <= nothing <= 1
    assert np.isfinite(expected)
    # Numbers below the smallest normal one carry no nine digits.
    assert 0 <= expected <= (r + x) * horizon / (alpha + T) * (1 + 1e-9) + np.finfo(np.float64).tiny
    assert 1 - nothing <= expected + 1e-9
    assert np.isfinite(model.variance_of_purchases(one, horizon)[0])


def test_gradient_is_the_slope_of_the_likelihood() -> None:
    data = PurchaseStates.from_frame(states([0, 1, 4, 9], [0, 3, 20, 7], [30, 31, 32, 33], customers=[9, 4, 2, 1]))
    likelihood, point = _Likelihood(data), np.log([0.4, 2.0, 0.7, 1.9])
    gradient = likelihood(point)[1]
    for k in range(4):
        step = np.zeros(4)
        step[k] = 1e-6
        slope = (likelihood(point + step)[0] - likelihood(point - step)[0]) / 2e-6
        assert gradient[k] == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize(
    "table",
    [
        states([3], [10.0], [20.0]),
        states([3], [10.0], [20.0], customers=[500]),
        states([5], [20.0], [20.0], customers=[1_000]),
        states([0, 1], [0.0, 5.0], [0.0, 10.0], customers=[50, 50]),
        states([0, 1], [0.0, 3.0], [10.0, 10.0], customers=[999, 1]),
        states([1, 0, 300, 2], [0.5, 0, 18_000, 40], [1, 1, 18_250, 18_250], customers=[10, 10, 3, 30]),
    ],
    ids=["one customer", "one state", "never left", "first day", "one repeat", "a day to fifty years"],
)
def test_thin_data_warns_and_stays_finite(table: pd.DataFrame) -> None:
    with pytest.warns(StatisticalWarning, match="do not determine|too few"):
        model = BetaGeoNBD().fit(table)
    scores = [model.expected_purchases(table, 100), model.probability_alive(table), model.params_.to_numpy()]
    assert all(np.isfinite(score).all() and (score >= 0).all() for score in scores)
    assert np.isfinite(model.simulate_parameters(5, random_state=0)).all(axis=None)


def test_ten_thousand_purchases() -> None:
    table = states([10_000, 5_000, 0, 10], [100, 90, 0, 30], [100] * 4, customers=[10, 10, 100, 50])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = BetaGeoNBD().fit(table)
    expected = model.expected_purchases(table, 10)
    assert expected[0] == pytest.approx(1_000, rel=0.02)
    assert expected[1] < 1e-6


def test_nobody_bought_again() -> None:
    with pytest.raises(ModelError, match="None of the 2 customers bought again"):
        BetaGeoNBD().fit(states([0, 0], [0, 0], [10, 20]))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (states([1.5], [1], [2]), "frequency must be a whole number"),
        (states([1], [3], [2]), "recency must not exceed T"),
        (states([0], [1], [2]), "recency must be 0 where frequency is 0"),
        (states([1], [-1], [2]), "recency .* must not be negative"),
        (states([1], [0], [0]), "T must be above 0"),
        (states([1], [1], [2], customers=[0]), "customers .* must be above 0"),
        (states([], [], []), "no customers in the frame"),
    ],
)
def test_impossible_histories_are_refused(table: pd.DataFrame, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        BetaGeoNBD().fit(table)


def test_missing_and_empty_columns_are_named() -> None:
    with pytest.raises(ContractError, match="Column T is missing"):
        BetaGeoNBD().fit(pd.DataFrame({"frequency": [1], "recency": [1]}))
    with pytest.raises(ContractError, match="Column recency holds 1 empty"):
        BetaGeoNBD().fit(states([1, 1], [1, np.nan], [2, 2]))


def test_use_before_fit_and_wrong_parameters() -> None:
    with pytest.raises(ModelError, match="has no parameters yet"):
        BetaGeoNBD().probability_alive(states([1], [1], [2]))
    with pytest.raises(ModelError, match="needs the parameters r, alpha, a, b"):
        BetaGeoNBD.from_params(r=1, alpha=1)
    with pytest.raises(ModelError, match="finite and above 0"):
        BetaGeoNBD.from_params(r=1, alpha=1, a=-1, b=1)
    with pytest.raises(ModelError, match="fit it to draw"):
        BetaGeoNBD.from_params(**PUBLISHED).simulate_parameters(3)
    with pytest.raises(ModelError, match="horizon must be"):
        BetaGeoNBD.from_params(**PUBLISHED).expected_purchases(states([1], [1], [2]), -1)


def test_several_horizons_and_unchanged_input() -> None:
    model, table = BetaGeoNBD.from_params(**PUBLISHED), states([2, 0], [30.43, 0], [38.86, 30])
    before = table.copy()
    several = model.expected_purchases(table, [13, 26, 39])
    assert several.shape == (2, 3)
    np.testing.assert_allclose(several[:, 2], model.expected_purchases(table, 39), rtol=1e-13)
    assert (np.diff(several, axis=1) > 0).all()
    assert model.probability_no_purchase(table, [13, 26]).shape == (2, 2)
    pd.testing.assert_frame_equal(table, before)


def test_discounting() -> None:
    model, table = BetaGeoNBD.from_params(**PUBLISHED), states([2], [30.43], [38.86])
    full = model.expected_purchases(table, 52)[0]
    assert model.discounted_expected_purchases(table, 52, 0.0, "week")[0] == pytest.approx(full, rel=1e-12)
    # A horizon of one month is one period, discounted once at its end.
    month = 365.25 / 12 / 7
    once = model.expected_purchases(table, month)[0] / 1.1 ** (1 / 12)
    assert model.discounted_expected_purchases(table, month, 0.1, "week")[0] == pytest.approx(once, rel=1e-12)
    with pytest.raises(ModelError, match="unit of time fortnight is unknown"):
        model.discounted_expected_purchases(table, 52, 0.1, "fortnight")
    with pytest.raises(ModelError, match="discount rate must be 0 or more"):
        model.discounted_expected_purchases(table, 52, -0.1, "week")

"""BG/BB: the published donations, closed forms, every history of a small case, the lifetimes package."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lifetimes import BetaGeoBetaBinomFitter
from scipy.optimize import check_grad
from scipy.special import gamma as gamma_function

from crm_analysis.errors import ContractError, ModelError, StatisticalWarning
from crm_analysis.models import BetaGeoBetaBinomial
from crm_analysis.models._opportunities import OpportunityStates
from crm_analysis.models.beta_geo_beta_binomial import _Likelihood

PUBLISHED = {"alpha": 1.2035, "beta": 0.7498, "gamma": 0.6568, "delta": 2.7839}
"""Fader, Hardie, Shang (2010), Marketing Science 29(6), table 2."""
MODEL = BetaGeoBetaBinomial.from_params(**PUBLISHED)


def states(frequency: list[int], recency: list[int], periods: list[int], **more: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"frequency": frequency, "recency": recency, "periods": periods, **more})


@pytest.fixture(scope="module")
def donations(realdata: Callable[[str], Path]) -> pd.DataFrame:
    """One row per history with its number of donors: 6 years after the first donation."""
    return pd.read_csv(realdata("donations/donations.csv")).rename(columns={"weights": "customers"})


@pytest.mark.realdata
def test_published_parameters_and_likelihood(donations: pd.DataFrame) -> None:
    model = BetaGeoBetaBinomial().fit(donations)
    assert model.n_customers_ == 11_104
    assert model.log_likelihood_ == pytest.approx(-33225.58, abs=0.01)
    assert model.params_.to_dict() == pytest.approx(PUBLISHED, rel=1e-3)
    assert model.converged_
    assert model.aic_ == pytest.approx(8 + 2 * 33225.58, abs=0.02)
    assert model.bic_ == pytest.approx(4 * np.log(11_104) + 2 * 33225.58, abs=0.02)
    alive = model.probability_alive(states([0, 2, 6], [0, 4, 6], [6, 6, 6]))
    np.testing.assert_allclose(alive, [0.108, 0.590, 0.930], atol=5e-4)
    # Vignette of the R package BTYD: donors A (0, 0) and B (4, 5) over the next ten years, a new one over ten.
    ahead = model.expected_purchases(states([0, 4], [0, 5], [6, 6]), 10)
    np.testing.assert_allclose(ahead, [0.1302, 3.6279], atol=2e-4)
    assert model.expected_purchases_new_customer(10) == pytest.approx(3.18, abs=5e-3)


@pytest.mark.realdata
def test_standard_errors_are_those_of_the_lifetimes_package_as_is_the_rest(donations: pd.DataFrame) -> None:
    other = BetaGeoBetaBinomFitter().fit(
        donations["frequency"], donations["recency"], donations["periods"], weights=donations["customers"]
    )
    model = BetaGeoBetaBinomial().fit(donations)
    assert model.params_.to_dict() == pytest.approx(other.params_.to_dict(), rel=5e-3)
    same = BetaGeoBetaBinomial.from_params(**other.params_.to_dict())
    x, t_x, n = (donations[name] for name in ("frequency", "recency", "periods"))
    theirs = other.conditional_expected_number_of_purchases_up_to_time(5, x, t_x, n)
    np.testing.assert_allclose(same.expected_purchases(donations, 5), theirs, rtol=1e-8)
    alive = other.conditional_probability_alive(0, x, t_x, n)
    np.testing.assert_allclose(same.probability_alive(donations, 0), alive, rtol=1e-8)
    assert model.standard_errors_.to_numpy() == pytest.approx(other.standard_errors_.to_numpy(), rel=0.05)


def test_all_histories_of_four_opportunities_have_probability_one() -> None:
    histories = [np.array(h) for h in product([0, 1], repeat=4)]
    frame = states(
        [int(h.sum()) for h in histories], [int((h * [1, 2, 3, 4]).max()) for h in histories], [4] * len(histories)
    )
    read = OpportunityStates.from_frame(frame)
    each = [
        np.exp(-_Likelihood(OpportunityStates.from_frame(frame.iloc[[row]]))(np.log(list(PUBLISHED.values())))[0])
        for row in range(len(read))
    ]
    assert sum(each) == pytest.approx(1.0, rel=1e-12)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    likelihood = _Likelihood(OpportunityStates.from_frame(states([0, 2, 5, 1], [0, 4, 6, 9], [6, 6, 6, 12])))
    at = np.log(list(PUBLISHED.values()))
    assert check_grad(lambda p: likelihood(p)[0], lambda p: likelihood(p)[1], at) < 1e-6


def test_expectation_is_the_papers_closed_form_and_the_mean_of_the_distribution() -> None:
    frame = states([0, 2, 6, 4], [0, 4, 6, 5], [6, 6, 6, 6])
    alpha, beta, gamma, delta = PUBLISHED.values()
    g, n, star = gamma_function, 6, 5
    # Equation (13), with P(alive at n) in place of the two terms that it consists of.
    ratio = delta / (gamma - 1) * g(gamma + delta) / g(1 + delta)
    ratio *= g(1 + delta + n) / g(gamma + delta + n) - g(1 + delta + n + star) / g(gamma + delta + n + star)
    stay = g(delta + n) * g(gamma + delta) / (g(gamma + delta + n) * g(delta))
    x = frame["frequency"].to_numpy()
    expected = MODEL.probability_alive(frame, 0) * (alpha + x) / (alpha + beta + n) * ratio / stay
    np.testing.assert_allclose(MODEL.expected_purchases(frame, star), expected, rtol=1e-10)
    table = MODEL.purchase_distribution(frame, star)
    np.testing.assert_allclose(table.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(table @ np.arange(star + 1), expected, rtol=1e-10)
    np.testing.assert_allclose(MODEL.probability_no_purchase(frame, star), table[:, 0])


def test_dert_is_the_sum_of_what_comes_and_knows_its_unit() -> None:
    frame = states([0, 2, 6], [0, 4, 6], [6, 6, 6])
    dert = MODEL.discounted_expected_residual_transactions(frame, discount_rate_annual=0.10, periods_per_year=1)
    each = np.diff([MODEL.expected_purchases(frame, k) for k in range(300)], axis=0)
    np.testing.assert_allclose(dert, (1.1 ** -np.arange(1.0, 300.0)) @ each, rtol=1e-9)
    monthly = MODEL.discounted_expected_residual_transactions(frame, discount_rate_annual=0.10, periods_per_year=12)
    each = np.diff([MODEL.expected_purchases(frame, k) for k in range(900)], axis=0)
    # What comes after 75 years is worth less than a thousandth.
    np.testing.assert_allclose(monthly, (1.1 ** (-np.arange(1.0, 900.0) / 12)) @ each, rtol=1e-3)
    for rate, periods in [(0.0, 1), (0.1, 0), (float("nan"), 1)]:
        with pytest.raises(ModelError, match="must be above 0"):
            MODEL.discounted_expected_residual_transactions(frame, discount_rate_annual=rate, periods_per_year=periods)


def test_alive_falls_with_time_and_is_certain_after_a_purchase_at_the_last_opportunity() -> None:
    frame = states([0, 3, 6], [0, 4, 6], [6, 6, 6])
    later = np.array([MODEL.probability_alive(frame, k) for k in range(10)])
    assert (np.diff(later, axis=0) < 0).all()
    assert later[0, 2] == pytest.approx(1.0)
    with pytest.raises(ModelError, match="coming opportunities"):
        MODEL.probability_alive(frame, -1)
    with pytest.raises(ModelError, match="coming opportunities"):
        MODEL.expected_purchases(frame, 2.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(("customers", "tolerance"), [(3_000, 0.45), (40_000, 0.12)])
def test_known_parameters_are_recovered(customers: int, tolerance: float) -> None:
    rng = np.random.default_rng(3)
    truth = {"alpha": 1.2, "beta": 0.8, "gamma": 0.7, "delta": 2.5}
    periods = rng.integers(4, 13, customers)
    buys = rng.random((customers, 12)) < rng.beta(1.2, 0.8, customers)[:, None]
    lives = (rng.random((customers, 12)) >= rng.beta(0.7, 2.5, customers)[:, None]).cumprod(axis=1).astype(bool)
    bought = buys & lives & (np.arange(1, 13) <= periods[:, None])
    frame = pd.DataFrame(
        {"frequency": bought.sum(axis=1), "recency": (bought * np.arange(1, 13)).max(axis=1), "periods": periods}
    )
    model = BetaGeoBetaBinomial().fit(frame)
    assert model.params_.to_dict() == pytest.approx(truth, rel=tolerance)
    assert (np.abs(model.params_ - pd.Series(truth)) < 4 * model.standard_errors_).all()


def test_counted_rows_equal_repeated_rows() -> None:
    frame = states([0, 1, 3, 5], [0, 2, 4, 6], [6, 6, 6, 6], customers=[120, 40, 30, 50])
    repeated = frame.loc[np.repeat(frame.index, frame["customers"])].drop(columns="customers")
    counted, single = BetaGeoBetaBinomial().fit(frame), BetaGeoBetaBinomial().fit(repeated)
    np.testing.assert_allclose(counted.params_, single.params_, rtol=1e-9)
    assert counted.log_likelihood_ == pytest.approx(single.log_likelihood_, rel=1e-12)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((1, 0, 6), "recency 0 without"),
        ((0, 2, 6), "recency 0 without"),
        ((2, 7, 6), "the first is row 1: 2, 7, 6"),
        ((1.5, 2, 6), "whole numbers"),
        ((0, 0, 0), "periods at least 1"),
    ],
)
def test_impossible_histories_are_refused(row: tuple[int, int, int], message: str) -> None:
    frame = states([0, row[0]], [0, row[1]], [6, row[2]])
    with pytest.raises(ModelError, match=message):
        BetaGeoBetaBinomial().fit(frame)


def test_what_cannot_be_fitted_is_said() -> None:
    with pytest.raises(ContractError, match="periods"):
        BetaGeoBetaBinomial().fit(pd.DataFrame({"frequency": [1], "recency": [1]}))
    with pytest.raises(ModelError, match="bought again"):
        BetaGeoBetaBinomial().fit(states([0, 0], [0, 0], [6, 6]))
    with pytest.warns(StatisticalWarning, match="too few"):
        BetaGeoBetaBinomial().fit(states([0, 1, 2, 4, 0], [0, 2, 4, 6, 0], [6] * 5))

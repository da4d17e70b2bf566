"""Gamma-Gamma: published numbers, invariances, recovery, thin and heavy-tailed data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifetimes import GammaGammaFitter

from crm_analysis.errors import ContractError, ModelError, StatisticalWarning
from crm_analysis.models import GammaGamma
from crm_analysis.models.gamma_gamma import _Likelihood


def drawn(customers: int, p: float, q: float, gamma: float, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = 1 + rng.poisson(1.5, customers)
    mean = rng.gamma(p * x) / rng.gamma(q, 1 / gamma, customers) / x
    return pd.DataFrame({"frequency": x, "monetary_value": mean})


@pytest.mark.realdata
def test_published_parameters_and_likelihood(cdnow: pd.DataFrame) -> None:
    # Fader and Hardie, note 025 (6.25 3.74 15.44).
    model = GammaGamma().fit(cdnow)
    assert model.params_.to_dict() == pytest.approx({"p": 6.2493, "q": 3.7443, "gamma": 15.4443}, rel=1e-3)
    assert model.log_likelihood_ == pytest.approx(-4055.918, abs=0.01)
    assert (model.n_customers_, model.n_ignored_) == (946, 1411)
    assert model.converged_
    used = cdnow[cdnow["frequency"] > 0]
    assert model.spend_correlation_ == pytest.approx(used["frequency"].corr(used["monetary_value"]), rel=1e-9)


@pytest.mark.realdata
def test_lifetimes_agrees(cdnow_summary: pd.DataFrame) -> None:
    used = cdnow_summary[cdnow_summary["frequency"] > 0]
    other = GammaGammaFitter().fit(used["frequency"], used["monetary_value"])
    p, q, v = other.params_[["p", "q", "v"]]
    model = GammaGamma().fit(cdnow_summary)
    assert model.params_.to_dict() == pytest.approx({"p": p, "q": q, "gamma": v}, rel=1e-4)
    theirs = other.conditional_expected_average_profit(cdnow_summary["frequency"], cdnow_summary["monetary_value"])
    same = GammaGamma.from_params(p=p, q=q, gamma=v)
    np.testing.assert_allclose(same.expected_spend(cdnow_summary), theirs, rtol=1e-10)


@pytest.mark.realdata
def test_the_currency_does_not_matter(cdnow: pd.DataFrame) -> None:
    dollars = GammaGamma().fit(cdnow)
    won = GammaGamma().fit(cdnow.assign(monetary_value=cdnow["monetary_value"] * 1350))
    np.testing.assert_allclose(won.params_ / [1, 1, 1350], dollars.params_, rtol=1e-8)
    assert won.expected_spend_new_customer() == pytest.approx(1350 * dollars.expected_spend_new_customer(), rel=1e-8)


def test_expected_spend_by_hand() -> None:
    model = GammaGamma.from_params(p=6.25, q=3.744, gamma=15.447)
    table = pd.DataFrame({"frequency": [2, 0], "monetary_value": [22.35, 0.0]})
    own = 6.25 * (15.447 + 2 * 22.35) / (6.25 * 2 + 3.744 - 1)
    np.testing.assert_allclose(model.expected_spend(table), [own, 6.25 * 15.447 / 2.744], rtol=1e-12)


@pytest.mark.parametrize(("customers", "tolerance"), [(4_000, 0.5), (40_000, 0.1)])
def test_known_parameters_are_recovered(customers: int, tolerance: float) -> None:
    truth = {"p": 6.0, "q": 4.0, "gamma": 15.0}
    model = GammaGamma().fit(drawn(customers, **truth, seed=3))
    assert model.params_.to_dict() == pytest.approx(truth, rel=tolerance)
    assert (np.log(model.params_ / pd.Series(truth)).abs() < 4 * model.standard_errors_ / model.params_).all()


def test_moments_hold_in_simulation() -> None:
    p, q, gamma, x, m = 6.0, 4.0, 15.0, 3.0, 30.0
    moments = GammaGamma.from_params(p=p, q=q, gamma=gamma).spend_moments(np.array([x]), np.array([m]))
    rng = np.random.default_rng(8)
    rate = rng.gamma(p * x + q, 1 / (gamma + x * m), 400_000)
    assert moments.mean[0] == pytest.approx((p / rate).mean(), rel=0.003)
    assert moments.variance_of_mean[0] == pytest.approx((p / rate).var(), rel=0.02)
    assert moments.variance_of_purchase[0] == pytest.approx((p / rate**2).mean(), rel=0.01)


def test_gradient_is_the_slope_of_the_likelihood() -> None:
    likelihood = _Likelihood(np.array([1.0, 2.0, 7.0]), np.array([0.4, 1.1, 2.0]))
    point = np.log([5.0, 2.5, 0.6])
    gradient = likelihood(point)[1]
    for k in range(3):
        step = np.zeros(3)
        step[k] = 1e-6
        slope = (likelihood(point + step)[0] - likelihood(point - step)[0]) / 2e-6
        assert gradient[k] == pytest.approx(slope, rel=1e-6)


def test_a_mean_that_does_not_exist_is_replaced_and_said() -> None:
    heavy = np.random.default_rng(0).pareto(0.7, 500) + 1
    table = pd.DataFrame({"frequency": [1] * 500 + [0], "monetary_value": [*heavy, 0.0]})
    with pytest.warns(StatisticalWarning, match="do not determine"):
        model = GammaGamma().fit(table)
    assert model.params_["q"] <= 1
    with pytest.warns(StatisticalWarning, match="the observed mean is used"):
        spend = model.expected_spend(table)
    assert spend[-1] == pytest.approx(heavy.mean())
    assert (np.isfinite(spend) & (spend > 0)).all()


def test_equal_amounts_stay_finite() -> None:
    table = pd.DataFrame({"frequency": [2] * 100, "monetary_value": [5.0] * 100})
    with pytest.warns(StatisticalWarning, match="do not determine"):
        model = GammaGamma().fit(table)
    assert model.expected_spend_new_customer() == pytest.approx(5, rel=1e-3)
    assert model.spend_correlation_ == 0


def test_refusals() -> None:
    with pytest.raises(ModelError, match="None of the 2 customers has a repeat purchase"):
        GammaGamma().fit(pd.DataFrame({"frequency": [0, 1], "monetary_value": [0.0, -3.0]}))
    with pytest.raises(ContractError, match="Column monetary_value is missing"):
        GammaGamma().fit(pd.DataFrame({"frequency": [1]}))
    with pytest.raises(ModelError, match="does not exist. Fit the model"):
        GammaGamma.from_params(p=1, q=0.5, gamma=1).expected_spend_new_customer()

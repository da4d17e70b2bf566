"""Pareto/NBD with covariates: effects found again, units, the test against none, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_analysis.errors import ContractError, ModelError, StatisticalWarning
from crm_analysis.models import ParetoNBD, ParetoNBDCovariates
from crm_analysis.models._states import PurchaseStates
from crm_analysis.models.pareto_covariates import _Likelihood

BUYING, LEAVING = 0.5, 0.8
"""Of the logarithms of both rates, in the club and per ten years."""


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    """Members of a club buy more often, the older leave earlier; whole weeks, so that states repeat."""
    rng, parts = np.random.default_rng(5), []
    for club in (0, 1):
        for tens in (2, 3, 4):
            truth = ParetoNBD.from_params(
                r=1.2, alpha=8 * np.exp(-BUYING * club), s=0.9, beta=60 * np.exp(-LEAVING * tens)
            )
            part = truth.simulate(np.full(1_000, 50.0), random_state=rng)
            parts.append(part.assign(club=club, tens=tens, noise=rng.integers(0, 2, 1_000)))
    frame = pd.concat(parts, ignore_index=True)
    recency = np.minimum(np.ceil(frame["recency"]), 50)
    return frame.assign(recency=recency)


@pytest.fixture(scope="module")
def fitted(customers: pd.DataFrame) -> ParetoNBDCovariates:
    return ParetoNBDCovariates(buying=["club"], leaving=["tens"]).fit(customers)


def test_effects_are_found_again(fitted: ParetoNBDCovariates) -> None:
    table = fitted.coefficients_.set_index("covariate")
    assert list(table["process"]) == ["buying", "leaving"]
    for name, truth in (("club", BUYING), ("tens", LEAVING)):
        row = table.loc[name]
        assert abs(row["coefficient"] - truth) < 4 * row["standard_error"]
        assert row["p_value"] < 1e-6
    assert fitted.converged_
    assert fitted.params_["alpha"] == pytest.approx(8, rel=0.2)


def test_the_test_against_no_covariates(customers: pd.DataFrame, fitted: ParetoNBDCovariates) -> None:
    plain = ParetoNBD().fit(customers)
    found = fitted.likelihood_ratio_
    assert found["statistic"] == pytest.approx(2 * (fitted.log_likelihood_ - plain.log_likelihood_), rel=1e-9)
    assert (found["degrees"], found["p_value"] < 1e-12) == (2, True)
    nothing = ParetoNBDCovariates(buying=["noise"]).fit(customers)
    assert nothing.likelihood_ratio_["p_value"] > 1e-3
    assert fitted.aic_ < plain.aic_ < nothing.aic_ + 10


def test_units_of_covariates_and_time_change_nothing(customers: pd.DataFrame, fitted: ParetoNBDCovariates) -> None:
    other = customers.assign(
        tens=customers["tens"] * 10 + 1_000, recency=customers["recency"] * 7, T=customers["T"] * 7
    )
    again = ParetoNBDCovariates(buying=["club"], leaving=["tens"]).fit(other)
    coefficients = again.coefficients_["coefficient"].to_numpy()
    np.testing.assert_allclose(coefficients * [1, 10], fitted.coefficients_["coefficient"], rtol=1e-5)
    some = np.arange(0, len(customers), 50)
    np.testing.assert_allclose(
        again.expected_purchases(other.iloc[some], 70.0),
        fitted.expected_purchases(customers.iloc[some], 10.0),
        rtol=1e-5,
    )
    np.testing.assert_allclose(
        again.probability_alive(other.iloc[some]), fitted.probability_alive(customers.iloc[some]), rtol=1e-4, atol=1e-9
    )


def test_states_with_counts_and_customers_give_one_result(customers: pd.DataFrame, fitted: ParetoNBDCovariates) -> None:
    names = ["frequency", "recency", "T", "club", "tens"]
    counted = customers.groupby(names).size().rename("customers").reset_index()
    again = ParetoNBDCovariates(buying=["club"], leaving=["tens"]).fit(counted)
    assert again.log_likelihood_ == pytest.approx(fitted.log_likelihood_, rel=1e-9)


def test_each_customer_has_the_plain_model_of_its_covariates(
    customers: pd.DataFrame, fitted: ParetoNBDCovariates
) -> None:
    """The coefficients, in the covariates' own units, move alpha and beta of the parameters at 0."""
    of_club, of_tens = fitted.coefficients_["coefficient"]
    for (club, tens), part in customers.groupby(["club", "tens"]):
        params = fitted.params_.to_dict()
        params["alpha"] *= np.exp(-of_club * club)
        params["beta"] *= np.exp(-of_tens * tens)
        plain, some = ParetoNBD.from_params(**params), part.head(40)
        for ask in (
            lambda model, frame: model.expected_purchases(frame, [5.0, 90.0]),
            lambda model, frame: model.expected_purchases(frame, 30.0),
            lambda model, frame: model.probability_alive(frame),
            lambda model, frame: model.probability_alive(frame, 12.0),
        ):
            np.testing.assert_allclose(ask(fitted, some), ask(plain, some), rtol=1e-9)


def test_covariates_far_from_zero_predict_as_any_others(customers: pd.DataFrame, fitted: ParetoNBDCovariates) -> None:
    """What a customer aged 0 would do cannot be stated with years in seconds; of real customers it can."""
    far = customers.assign(tens=1e6 + customers["tens"])
    again = ParetoNBDCovariates(buying=["club"], leaving=["tens"]).fit(far)
    some = np.arange(0, len(customers), 50)
    found = again.expected_purchases(far.iloc[some], 10.0)
    np.testing.assert_allclose(found, fitted.expected_purchases(customers.iloc[some], 10.0), rtol=1e-5)


def test_the_gradient_is_that_of_the_likelihood() -> None:
    frame = pd.DataFrame({"frequency": [0, 1, 5], "recency": [0, 0.4, 0.9], "T": [1.0, 1.1, 0.95]})
    likelihood = _Likelihood(
        PurchaseStates.from_frame(frame), np.array([[0.3], [-1.0], [0.7]]), np.array([[1.0], [0.2], [-0.5]])
    )
    point = np.array([-0.2, 0.4, -0.5, 0.3, 0.2, -0.4])
    _value, slopes = likelihood(point)
    for k in range(len(point)):
        step = np.zeros(len(point))
        step[k] = 1e-5
        change = (likelihood(point + step)[0] - likelihood(point - step)[0]) / 2e-5
        assert slopes[k] == pytest.approx(change, rel=1e-6, abs=1e-9)


def test_what_cannot_be_learnt_is_refused(customers: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="at least one covariate"):
        ParetoNBDCovariates()
    with pytest.raises(ContractError, match="Column age is missing"):
        ParetoNBDCovariates(buying=["age"]).fit(customers)
    with pytest.raises(ModelError, match="Covariate same is the same for all"):
        ParetoNBDCovariates(buying=["same"]).fit(customers.assign(same=1.0))
    with pytest.raises(ModelError, match="Covariate same is the same for all"):
        # A tenth has no exact binary form: its spread is rounding, not 0.
        ParetoNBDCovariates(buying=["same"]).fit(customers.assign(same=0.1))
    with pytest.raises(ModelError, match="Covariate other follows from club, tens"):
        other = customers.assign(other=customers["tens"] * 3 - customers["club"] + 2)
        ParetoNBDCovariates(leaving=["club", "tens", "other"]).fit(other)
    with pytest.raises(ModelError, match="Covariate club is named twice"):
        ParetoNBDCovariates(buying=["club", "club"])
    with pytest.raises(ModelError, match="no parameters yet"):
        ParetoNBDCovariates(buying=["club"]).expected_purchases(customers, 4.0)


def test_an_effect_that_the_data_do_not_determine_is_said_to_be(customers: pd.DataFrame) -> None:
    """Who is told apart by having bought once: the effect has no end, and no error can be stated."""
    once = customers.assign(once=(customers["frequency"] == 0).astype(int))
    with pytest.warns(StatisticalWarning, match=r"do not determine .*once \(buying\)"):
        model = ParetoNBDCovariates(buying=["once"], leaving=["once"]).fit(once)
    assert model.coefficients_["standard_error"].isna().any()
    expected = model.expected_purchases(once, 10.0)
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()

"""sBG: the two published cohorts, contracts with running and late-seen ones, DEL and DERL."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from crm_analysis.errors import ContractError, ModelError, StatisticalWarning
from crm_analysis.models import ShiftedBetaGeometric, renewals_of_cohorts, renewals_of_contracts

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
"""Fader, Hardie (2007), Journal of Interactive Marketing 21(1), table 1: customers left after years 0 to 7."""
MODEL = ShiftedBetaGeometric.from_params(alpha=0.668, beta=3.806)
YEARLY = {"discount_rate_annual": 0.10, "periods_per_year": 1}


def cohort(survivors: list[int], **more: object) -> pd.DataFrame:
    return pd.DataFrame({"period": range(len(survivors)), "survivors": survivors, **more})


@pytest.mark.parametrize(("survivors", "alpha", "beta"), [(HIGH_END, 0.668, 3.806), (REGULAR, 0.704, 1.182)])
def test_published_cohorts(survivors: list[int], alpha: float, beta: float) -> None:
    model = ShiftedBetaGeometric().fit(renewals_of_cohorts(cohort(survivors)))
    assert model.params_.to_dict() == pytest.approx({"alpha": alpha, "beta": beta}, abs=5e-4)
    assert model.n_customers_ == 1000
    assert model.converged_
    left = -np.diff(survivors)
    likelihood = left @ np.log(model.probability_of_leaving_at(np.arange(1, 8)))
    likelihood += survivors[-1] * np.log(model.survival(7))
    assert model.log_likelihood_ == pytest.approx(float(likelihood), rel=1e-12)
    assert (np.abs(model.survival(np.arange(8)) - np.array(survivors) / 1000) < 0.02).all()
    # Years that the model has not seen, by the integral over the rates of leaving.
    a, b = model.params_["alpha"], model.params_["beta"]
    found, _error = integrate.quad(lambda p: (1 - p) ** 12 * stats.beta.pdf(p, a, b), 0, 1, epsabs=1e-12)
    assert model.survival(12) == pytest.approx(found, rel=1e-6)


def test_standard_errors_are_the_spread_of_estimates() -> None:
    rng = np.random.default_rng(8)
    estimates, errors = [], []
    for _draw in range(200):
        leaves_at = rng.geometric(rng.beta(0.7, 1.2, 1000))
        survivors = [int((leaves_at > k).sum()) for k in range(8)]
        model = ShiftedBetaGeometric().fit(renewals_of_cohorts(cohort(survivors)))
        estimates.append(model.params_)
        errors.append(model.standard_errors_)
    spread = pd.DataFrame(estimates).std()
    assert pd.DataFrame(errors).mean().to_dict() == pytest.approx(spread.to_dict(), rel=0.15)
    assert pd.DataFrame(estimates).mean().to_dict() == pytest.approx({"alpha": 0.7, "beta": 1.2}, rel=0.05)


def test_retention_rises_and_survival_is_its_product() -> None:
    rates = MODEL.retention_rate(np.arange(1, 20))
    assert rates[0] == pytest.approx(3.806 / 4.474)
    assert (np.diff(rates) > 0).all()
    np.testing.assert_allclose(MODEL.survival(np.arange(1, 20)), np.cumprod(rates), rtol=1e-12)
    np.testing.assert_allclose(MODEL.survival(3, made=4), np.prod(rates[4:7]), rtol=1e-12)


def test_tenure_within_a_horizon() -> None:
    survival = MODEL.survival(np.arange(10))
    assert MODEL.expected_tenure(5) == pytest.approx(survival[:5].sum())
    assert MODEL.expected_tenure(5, made=0) == pytest.approx(survival[1:6].sum())
    np.testing.assert_allclose(MODEL.expected_tenure(3, made=[0, 2])[1], survival[3:6].sum() / survival[2])
    assert MODEL.expected_tenure(0, made=[1]).tolist() == [0]


def test_del_and_derl_are_sums_of_discounted_periods() -> None:
    # Fader, Hardie (2010), equations (2) and (5), term by term.
    t = np.arange(5000)
    assert MODEL.discounted_expected_lifetime(**YEARLY) == pytest.approx(float(MODEL.survival(t) @ 1.1 ** -(t * 1.0)))
    for made in (0, 1, 4):
        terms = MODEL.survival(t + 1, made=made) @ 1.1 ** -(t * 1.0)
        assert MODEL.discounted_expected_residual_lifetime(made, **YEARLY) == pytest.approx(float(terms))
    later = MODEL.discounted_expected_residual_lifetime([0, 1, 2, 3, 4], **YEARLY)
    assert (np.diff(later) > 0).all()  # who stayed longer is worth more
    monthly = MODEL.discounted_expected_lifetime(discount_rate_annual=0.10, periods_per_year=12)
    t = np.arange(40_000)
    assert monthly == pytest.approx(float(MODEL.survival(t) @ 1.1 ** (-t / 12)), rel=1e-6)
    # The first period, then the value before the first renewal, one year later.
    ahead = MODEL.discounted_expected_residual_lifetime(0, **YEARLY)
    assert MODEL.discounted_expected_lifetime(**YEARLY) == pytest.approx(1 + float(ahead) / 1.1)


def test_contracts_of_a_cohort_are_the_cohort() -> None:
    start = pd.Timestamp("2010-01-01")
    left = [start + pd.DateOffset(years=year) for year, n in enumerate(-np.diff(HIGH_END), 1) for _one in range(n)]
    ended = left + [pd.NaT] * HIGH_END[-1]
    contracts = pd.DataFrame({"started": start, "ended": ended})
    found = renewals_of_contracts(contracts, date(2017, 6, 1), "year")
    pd.testing.assert_frame_equal(found, renewals_of_cohorts(cohort(HIGH_END)), check_dtype=False)
    pd.testing.assert_frame_equal(renewals_of_contracts(contracts, date(2017, 6, 1), "month", 12), found)


def test_one_contract_at_a_time() -> None:
    def of(started: str, ended: str | None, observed: str | None = None, unit: str = "month") -> list[list[float]]:
        one = pd.DataFrame({"started": [started], "ended": [ended], "observed_from": [observed]})
        found = renewals_of_contracts(one, date(2024, 4, 15), unit)
        return found[["renewal", "at_risk", "lost"]].to_numpy().tolist()

    assert of("2024-01-10", None) == [[1, 1, 0], [2, 1, 0], [3, 1, 0]]
    assert of("2024-01-10", "2024-03-10") == [[1, 1, 0], [2, 1, 1]]  # left on the day of the second renewal
    assert of("2024-01-10", "2024-03-11") == [[1, 1, 0], [2, 1, 0], [3, 1, 1]]
    assert of("2024-01-10", "2024-02-01") == [[1, 1, 1]]
    assert of("2024-01-31", "2024-03-01") == [[1, 1, 0], [2, 1, 1]]  # the first month is over on 29 February
    assert of("2024-01-10", "2024-12-31") == [[1, 1, 0], [2, 1, 0], [3, 1, 0]]  # ends after the last day: it runs
    assert of("2023-11-10", None, "2024-02-15") == [[4, 1, 0], [5, 1, 0]]  # three were made before it was observed
    assert of("2024-04-10", None) == []
    assert of("2024-04-01", "2024-04-12", unit="week") == [[1, 1, 0], [2, 1, 1]]


def test_contracts_first_seen_late_do_not_bend_the_estimate() -> None:
    rng = np.random.default_rng(4)
    n = 40_000
    start = pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 3650, n), unit="D")
    leaves_at = np.minimum(rng.geometric(rng.beta(0.7, 4.0, n)), 1000)
    ended = start + pd.to_timedelta(30 * leaves_at, unit="D")
    opened, today = pd.Timestamp("2020-01-01"), date(2024, 12, 31)
    seen = pd.DataFrame({"started": start, "ended": ended, "observed_from": opened})
    seen = seen[(seen["ended"] > opened) & (seen["started"] <= pd.Timestamp(today))]
    honest = ShiftedBetaGeometric().fit(renewals_of_contracts(seen, today, "day", 30))
    assert honest.params_.to_dict() == pytest.approx({"alpha": 0.7, "beta": 4.0}, rel=0.08)
    naive = renewals_of_contracts(seen.drop(columns="observed_from"), today, "day", 30)
    assert ShiftedBetaGeometric().fit(naive).survival(12) > honest.survival(12) * 1.1


def test_cohorts_add_up_and_may_begin_late() -> None:
    two = pd.concat([cohort(HIGH_END, cohort="a"), cohort(HIGH_END, cohort="b").iloc[3:]])
    found = renewals_of_cohorts(two).set_index("renewal")
    assert found.loc[1].tolist() == [1000, 131]
    assert found.loc[4].tolist() == [2 * 653, 2 * 60]
    assert ShiftedBetaGeometric().fit(found.reset_index()).n_customers_ == 1653


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (cohort([100, 90, 95]), "cannot increase"),
        (cohort([100, 90, 80]).drop(index=1), "without gaps"),
        (pd.concat([cohort([100, 90]), cohort([100, 90])]), "without gaps"),
    ],
)
def test_impossible_cohorts_are_refused(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        renewals_of_cohorts(frame)


def test_impossible_contracts_are_refused() -> None:
    today = date(2024, 6, 1)
    with pytest.raises(ContractError, match="ended"):
        renewals_of_contracts(pd.DataFrame({"started": ["2024-01-01"]}), today)
    with pytest.raises(ModelError, match="1 do not, the first is row 1"):
        renewals_of_contracts(
            pd.DataFrame({"started": ["2024-01-01", "2024-05-01"], "ended": [None, "2024-04-01"]}), today
        )
    with pytest.raises(ModelError, match="length"):
        renewals_of_contracts(pd.DataFrame({"started": ["2024-01-01"], "ended": [None]}), today, "month", 0)


def test_what_cannot_be_fitted_is_said() -> None:
    with pytest.raises(ModelError, match="customers who left"):
        ShiftedBetaGeometric().fit(renewals_of_cohorts(cohort([100, 100])))
    with pytest.raises(ModelError, match="numbered from 1"):
        ShiftedBetaGeometric().fit(pd.DataFrame({"renewal": [0], "at_risk": [10], "lost": [1]}))
    with pytest.warns(StatisticalWarning, match="too few"):
        ShiftedBetaGeometric().fit(renewals_of_cohorts(cohort([60, 40, 32])))
    with pytest.raises(ModelError, match="whole numbers, 1 or more"):
        MODEL.retention_rate(0)

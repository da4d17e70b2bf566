"""Pareto/NBD: published numbers, stability, recovery, and integrals done in another way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, special

from crm_analysis.models import ParetoNBD
from crm_analysis.models._pareto_tail import log_tail, log_tail_with_slopes
from crm_analysis.models._states import PurchaseStates

DIGITS = {"r": 0.5533971, "alpha": 10.5801985, "s": 0.6060625, "beta": 11.6562237}
"""Near the maximum, which is flat in beta: with these digits the four published DERT come out to all their places."""


def states(frequency: list[float], recency: list[float], T: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": T})


@pytest.fixture(scope="module")
def fitted(cdnow: pd.DataFrame) -> ParetoNBD:
    return ParetoNBD().fit(cdnow)


@pytest.mark.realdata
def test_published_parameters_and_likelihood(fitted: ParetoNBD) -> None:
    # Fader, Hardie, Lee (2005), Marketing Science 24(2), table 2.
    assert fitted.params_[["r", "alpha", "s"]].to_dict() == pytest.approx(
        {"r": 0.5533, "alpha": 10.578, "s": 0.606}, rel=1e-3
    )
    assert fitted.params_["beta"] == pytest.approx(11.66, abs=0.02)
    assert fitted.log_likelihood_ == pytest.approx(-9594.976, abs=0.01)
    assert fitted.converged_


@pytest.mark.realdata
def test_closed_forms_of_the_fitted_model(fitted: ParetoNBD) -> None:
    heavy = states([26], [30.857], [31])
    assert fitted.expected_purchases(heavy, 52)[0] == pytest.approx(25.4565, rel=1e-4)
    assert fitted.probability_alive(heavy)[0] == pytest.approx(0.997874, abs=5e-6)
    assert fitted.expected_purchases_new_customer(52.0) == pytest.approx(1.473434, abs=1e-6)


def test_all_time_to_come_as_published() -> None:
    # Fader, Hardie, Lee (2005), RFM and CLV; .0027 a week is 15 % a year, continuously.
    model = ParetoNBD.from_params(**DIGITS)
    customers = states([0, 1, 7, 26], [0, 10, 35, 30.86], [39, 39, 39, 31])
    found = model.discounted_residual_purchases(customers, float(np.expm1(0.0027 * 365.25 / 7)), "week")
    np.testing.assert_allclose(found, [0.47473, 1.79956, 20.5555, 86.0350], rtol=1e-5)


def test_frequent_buyers_do_not_overflow() -> None:
    model = ParetoNBD.from_params(r=0.55, alpha=10.58, s=0.61, beta=11.67)
    assert model.expected_purchases(states([132], [200], [200]), 10)[0] == pytest.approx(6.2060517890, rel=1e-10)


@pytest.mark.parametrize(
    ("R", "s", "A", "B"),
    [
        (0.55, 0.6, 10, 11),
        (0.55, 0.6, 11, 10),
        (132.5, 0.6, 210, 211),
        (2, 0.6, 10, 1e-4),
        (3, 2, 1e-3, 50),
        (5, 1, 7, 7),
        (1.4, 3_000, 0.03, 72_000),
        (0.05, 0.06, 1, 1e4),
        (700, 0.6, 400, 2),
    ],
)
def test_the_integral_done_in_another_way(R: float, s: float, A: float, B: float) -> None:
    def density(w: float) -> float:
        y = np.exp(w)
        return float(np.exp(w - R * np.log1p(y / A) - (s + 1) * np.log1p(y / B)))

    ends = [-80.0, *sorted([np.log(A / R), np.log(B)]), 500.0]
    parts = zip(ends, ends[1:], strict=False)
    expected = sum(integrate.quad(density, a, b, limit=500, epsabs=0, epsrel=1e-12)[0] for a, b in parts)
    found = log_tail(np.array([R]), s, np.array([A], dtype=float), np.array([B], dtype=float))[0]
    assert np.exp(found + R * np.log(A) + (s + 1) * np.log(B)) == pytest.approx(expected, rel=1e-10)


def test_both_ways_to_the_integral_meet() -> None:
    """Value and slopes on either side of where one takes over from the other."""
    x, t = np.array([0.0, 3.0, 90.0]), np.zeros(3)
    for r, s in ((0.5, 0.7), (0.05, 0.1), (8.0, 300.0)):
        found = [log_tail_with_slopes(r, 1.0, s, 50.0 * scale, x, t) for scale in (1 - 1e-7, 1 + 1e-7)]
        change = found[1][:, 0] - found[0][:, 0]
        np.testing.assert_allclose(change, found[0][:, 4] * np.log((1 + 1e-7) / (1 - 1e-7)), atol=1e-11)
        np.testing.assert_allclose(found[1], found[0], rtol=1e-5, atol=1e-6)


def test_likelihood_is_the_integral_over_rates() -> None:
    """Of one customer: over the Gamma distributions of both rates, by quadrature."""
    r, alpha, s, beta, x, t_x, T = 0.8, 2.0, 0.9, 3.0, 2, 1.5, 4.0
    constant = alpha**r * beta**s / (special.gamma(r) * special.gamma(s))

    def given(mu: float, lam: float) -> float:
        both = lam + mu
        likelihood = lam**x * mu / both * np.exp(-both * t_x) + lam ** (x + 1) / both * np.exp(-both * T)
        return float(likelihood * constant * lam ** (r - 1) * mu ** (s - 1) * np.exp(-alpha * lam - beta * mu))

    expected, _error = integrate.dblquad(given, 0, 30, 0, 15, epsabs=1e-12, epsrel=1e-8)
    objective = ParetoNBD()._objective(PurchaseStates.from_frame(states([x], [t_x], [T])))
    value, _slopes = objective(np.log([r, alpha, s, beta]))
    assert np.exp(-value) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("customers", "tolerance"), [(4_000, 0.8), (60_000, 0.2)])
def test_known_parameters_are_recovered(customers: int, tolerance: float) -> None:
    truth = {"r": 0.6, "alpha": 3.0, "s": 0.8, "beta": 9.0}
    ages = np.random.default_rng(1).uniform(20, 52, customers)
    model = ParetoNBD().fit(ParetoNBD.from_params(**truth).simulate(ages, random_state=2))
    for name, value in truth.items():
        assert model.params_[name] == pytest.approx(value, rel=tolerance)
        assert abs(model.params_[name] - value) < 4 * model.standard_errors_[name]


def test_the_chance_to_be_there_falls_with_silence() -> None:
    model = ParetoNBD.from_params(**DIGITS)
    alive = model.probability_alive(states([10] * 4, [5, 15, 25, 39], [39] * 4))
    assert (np.diff(alive) > 0).all()
    once = model.probability_alive(states([0] * 3, [0] * 3, [1, 20, 200]))
    assert (np.diff(once) < 0).all(), "who bought once may have left, unlike under BG/NBD"

"""MBG/NBD: published numbers, and what sets it apart from BG/NBD."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifetimes import ModifiedBetaGeoFitter
from scipy import integrate, special

from crm_analysis.models import BetaGeoNBD, ModifiedBetaGeoNBD
from crm_analysis.models._states import PurchaseStates

PUBLISHED = {"r": 0.52484, "alpha": 6.18309, "a": 0.89139, "b": 1.61405}


@pytest.mark.realdata
def test_published_parameters_and_likelihood(cdnow: pd.DataFrame) -> None:
    # Batislam, Denizel, Filiztekin (2007); with further digits by BTYDplus.
    model = ModifiedBetaGeoNBD().fit(cdnow)
    assert model.params_.to_dict() == pytest.approx(PUBLISHED, rel=1e-3)
    assert model.log_likelihood_ == pytest.approx(-9582.136, abs=0.01)
    assert model.converged_


@pytest.mark.realdata
def test_lifetimes_agrees(cdnow_summary: pd.DataFrame) -> None:
    x, t_x, T = (cdnow_summary[name] for name in ("frequency", "recency", "T"))
    other = ModifiedBetaGeoFitter().fit(x, t_x, T)
    same = ModifiedBetaGeoNBD.from_params(**other.params_.to_dict())
    theirs = other.conditional_expected_number_of_purchases_up_to_time(39, x, t_x, T)
    np.testing.assert_allclose(same.expected_purchases(cdnow_summary, 39), theirs, rtol=1e-8)
    alive = other.conditional_probability_alive(x, t_x, T)
    np.testing.assert_allclose(same.probability_alive(cdnow_summary), np.ravel(alive), rtol=1e-9)


@pytest.mark.parametrize(("x", "t_x"), [(0, 0.0), (3, 2.5)])
def test_likelihood_is_the_integral_over_rates(x: int, t_x: float) -> None:
    r, alpha, a, b, T = 0.8, 2.0, 1.2, 2.5, 4.0
    constant = alpha**r / special.gamma(r) / special.beta(a, b)

    def given(p: float, lam: float) -> float:
        stays = (1 - p) ** (x + 1) * lam**x * np.exp(-lam * T)
        left = p * (1 - p) ** x * lam**x * np.exp(-lam * t_x)
        density = lam ** (r - 1) * np.exp(-alpha * lam) * p ** (a - 1) * (1 - p) ** (b - 1)
        return float((stays + left) * constant * density)

    expected, _error = integrate.dblquad(given, 0, 30, 0, 1, epsabs=1e-12, epsrel=1e-8)
    frame = pd.DataFrame({"frequency": [x], "recency": [t_x], "T": [T]})
    value, _slopes = ModifiedBetaGeoNBD()._objective(PurchaseStates.from_frame(frame))(np.log([r, alpha, a, b]))
    assert np.exp(-value) == pytest.approx(expected, rel=1e-5)


def test_who_bought_once_may_have_left() -> None:
    once = pd.DataFrame({"frequency": [0, 0], "recency": [0.0, 0.0], "T": [1.0, 100.0]})
    modified = ModifiedBetaGeoNBD.from_params(**PUBLISHED).probability_alive(once)
    assert 0 < modified[1] < modified[0] < 1
    assert (BetaGeoNBD.from_params(r=0.24, alpha=4.4, a=0.8, b=2.4).probability_alive(once) == 1).all()

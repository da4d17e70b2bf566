"""Spend and frequency: CDNOW's published correlation, simulated dependence, the interval's coverage."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from crm_analysis.models import GammaGamma, check_spend


def _customers(n: int, slope: float, seed: int) -> pd.DataFrame:
    """Gamma-Gamma customers whose mean spend follows the frequency to the power of ``slope``."""
    rng = np.random.default_rng(seed)
    x = rng.geometric(0.25, n)
    level = 20.0 / rng.gamma(5.0, 0.25, n) * (x / x.mean()) ** slope
    m = np.array([rng.gamma(4.0, size=k).mean() / 4 for k in x]) * level
    return pd.DataFrame({"frequency": x, "monetary_value": m})


@pytest.mark.realdata
def test_cdnow_has_the_published_correlation(cdnow_summary: pd.DataFrame) -> None:
    # Documentation of the package lifetimes, estimating customer lifetime value: 0.113884 among 946 customers.
    found = check_spend(cdnow_summary, GammaGamma.from_params(p=6.25, q=3.744, gamma=15.447))
    assert found.customers == 946
    assert found.pearson == pytest.approx(0.113884, abs=1e-6)
    assert found.rank == pytest.approx(0.206394, abs=1e-6)  # of ranks, by pandas
    assert found.verdict == "weak"
    table = found.by_class.set_index("frequency_class")
    assert table["customers"].sum() == 946
    once = cdnow_summary[(cdnow_summary["frequency"] == 1) & (cdnow_summary["monetary_value"] > 0)]
    assert table.loc["1", "actual"] == pytest.approx(once["monetary_value"].mean())
    assert table["average"].nunique() == 1


@pytest.mark.parametrize(("slope", "verdict", "sign"), [(0.0, "none", 0), (0.15, "weak", 1), (-0.8, "strong", -1)])
def test_dependence_is_named(slope: float, verdict: str, sign: int) -> None:
    frame = _customers(4_000, slope, 2)
    found = check_spend(frame, None)
    assert found.verdict == verdict
    assert found.low < found.rank < found.high
    if sign:
        assert np.sign(found.rank) == sign
        assert np.sign(found.low) == np.sign(found.high) == sign
    assert found.by_class["model"].isna().all()


def test_the_interval_covers() -> None:
    truth = check_spend(_customers(200_000, 0.25, 0), None).rank
    found = [check_spend(_customers(300, 0.25, seed), None) for seed in range(1, 121)]
    assert 0.83 <= np.mean([check.low <= truth <= check.high for check in found]) <= 0.97


def test_the_model_follows_the_data_where_its_assumption_holds_and_not_where_it_fails() -> None:
    honest = _customers(6_000, 0.0, 3)
    table = check_spend(honest, GammaGamma().fit(honest)).by_class
    np.testing.assert_allclose(table["model"], table["actual"], rtol=0.05)
    assert table["average"].between(table["low"] * 0.95, table["high"] * 1.05).all()
    bent = _customers(6_000, 0.5, 3)
    table = check_spend(bent, GammaGamma().fit(bent)).by_class.set_index("frequency_class")
    assert table.loc["1", "average"] > 1.2 * table.loc["1", "actual"], "who bought once is valued too high"
    assert table.loc["7+", "average"] < 0.9 * table.loc["7+", "actual"]


def test_too_few_or_too_alike_say_nothing() -> None:
    alike = pd.DataFrame({"frequency": [1, 1, 1, 1, 0], "monetary_value": [5.0, 6.0, 7.0, 8.0, 0.0]})
    found = check_spend(alike, None)
    assert found.customers == 4
    assert np.isnan(found.rank)
    assert found.verdict == "none"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_spend(alike.iloc[4:], None).by_class.empty

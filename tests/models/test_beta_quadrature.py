"""The integral against an independent exact sum, and the interpolation against direct evaluation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betainc

from crm_analysis.models._beta_quadrature import pairs_while_alive, purchases_while_alive
from crm_analysis.models._interpolation import along_age


def exact(a: float, B: float, s: float, u: float) -> tuple[float, float]:
    """E Y and E Y(Y-1) from P(Y > k) = P(N > k) E(1-p)^k, N negative binomial: purchases if nobody ever left."""
    k = np.arange(int(s * u + 60 * np.sqrt(s * u * (1 + u)) + 45 * u + 400))
    more = betainc(k + 1.0, s, u / (1 + u))
    stays = np.exp(np.concatenate([[0.0], np.cumsum(np.log1p(-a / (a + B + k[:-1])))]))
    return float(np.sum((more * stays)[::-1])), float(np.sum((2 * k * more * stays)[::-1]))


CASES = [
    (0.79, 2.43, 0.24, 0.9),
    (0.79, 4.43, 2.24, 0.9),
    (1.0, 2.5, 0.07, 1151.0),  # the hypergeometric form divides by a - 1
    (1.0 + 1e-9, 3.5, 1.5, 12.0),
    (1e-4, 3.0, 5.8, 277.0),
    (0.07, 0.005, 4.8, 489.0),
    (5.0, 1e4, 5.0, 0.4),
    (1e4, 1e4, 30.0, 2.0),
    (0.3, 1_004.0, 1_000.3, 3.0),
    (0.29, 10_004.7, 10_000.05, 1.0),
    (2.0, 0.5, 0.001, 4000.0),
]


@pytest.mark.parametrize(("a", "B", "s", "u"), CASES)
def test_quadrature_is_exact(a: float, B: float, s: float, u: float) -> None:
    mean, pairs = exact(a, B, s, u)
    row = (np.array([B]), np.array([s]), np.array([u]))
    assert purchases_while_alive(a, *row)[0] == pytest.approx(mean, rel=1e-11)
    assert pairs_while_alive(a, *row)[0] == pytest.approx(pairs, rel=1e-9)


def test_rows_do_not_influence_each_other() -> None:
    B, s, u = (np.array([case[k] for case in CASES]) for k in (1, 2, 3))
    together = purchases_while_alive(0.8, B, s, u)
    alone = [purchases_while_alive(0.8, B[i : i + 1], s[i : i + 1], u[i : i + 1])[0] for i in range(len(B))]
    np.testing.assert_allclose(together, alone, rtol=1e-11)


def test_no_horizon_no_purchases() -> None:
    assert purchases_while_alive(0.8, np.array([2.0, 3.0]), np.array([1.0, 2.0]), np.zeros(2)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("alpha", "longest", "horizon"), [(4.4, 156, 52), (0.05, 300, 52), (4.4, 156, 1500)])
def test_interpolation_equals_direct_evaluation(alpha: float, longest: int, horizon: float) -> None:
    x, T = np.array([0.0, 3.0, 200.0]), np.arange(1, 7 * longest + 1) / 7
    calls: list[int] = []

    def expected(x: np.ndarray, T: np.ndarray) -> np.ndarray:
        calls.append(len(x))
        return purchases_while_alive(0.8, 2.4 + x, 0.25 + x, horizon / (alpha + T))

    x_code, T_code = (code.ravel() for code in np.meshgrid(np.arange(3), np.arange(len(T)), indexing="ij"))
    got = along_age(expected, x, T, x_code, T_code, alpha)
    assert sum(calls) < len(x_code) / 5
    np.testing.assert_allclose(got, expected(x[x_code], T[T_code]), rtol=1e-12)

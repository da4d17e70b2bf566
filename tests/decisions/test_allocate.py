"""Offers under a budget against HiGHS, the referee on small cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from crm_analysis.decisions import allocate, budget_curve, offer_decisions, recommended_budget
from crm_analysis.decisions.assumptions import Offer
from crm_analysis.decisions.offers import Allocation


def _optimum(profit: np.ndarray, cost: np.ndarray, budget: float) -> float:
    """The best that can be had, by integer programming (HiGHS)."""
    n, options = profit.shape
    allowed = np.isfinite(profit).ravel()
    once = np.kron(np.eye(n), np.ones(options))
    found = milp(
        -np.where(allowed, profit.ravel(), 0.0),
        constraints=[LinearConstraint(once, ub=1), LinearConstraint(cost.reshape(1, -1), ub=budget)],
        bounds=Bounds(0, allowed.astype(float)),
        integrality=np.ones(n * options),
        options={"mip_rel_gap": 0.0},
    )
    assert found.status == 0, found.message
    return float(-found.fun)


def _case(seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    rng = np.random.default_rng(seed)
    n, options = int(rng.integers(1, 30)), int(rng.integers(1, 6))
    cost = rng.gamma(1.0, 2.0, (n, options)).round(2)
    profit = (rng.normal(1.5, 3.0, (n, options)) + 0.4 * cost).round(2)
    profit[rng.random((n, options)) < 0.15] = -np.inf
    budget = float(round(rng.random() * cost.sum() * 0.3, 2))
    return profit, cost, budget


def _check(profit: np.ndarray, cost: np.ndarray, budget: float | None, found: Allocation) -> None:
    taken = np.flatnonzero(found.choice >= 0)
    assert found.profit == pytest.approx(profit[taken, found.choice[taken]].sum(), abs=1e-9)
    assert found.cost == pytest.approx(cost[taken, found.choice[taken]].sum(), abs=1e-9)
    assert (profit[taken, found.choice[taken]] > 0).all(), "nothing that loses money is chosen"
    if budget is not None:
        assert found.cost <= budget + 1e-9


@pytest.mark.parametrize("seed", range(60))
def test_profit_lies_between_the_gap_and_the_optimum(seed: int) -> None:
    profit, cost, budget = _case(seed)
    found = allocate(profit, cost, budget)
    best = _optimum(profit, cost, budget)
    _check(profit, cost, budget, found)
    assert found.profit <= best + 1e-6
    assert found.bound >= best - 1e-6, "the bound holds for every allocation"
    assert found.profit >= found.bound * (1 - found.gap) - 1e-6
    assert found.profit >= best * (1 - found.gap) - 1e-6


def test_the_gap_is_small_where_customers_are_many() -> None:
    rng = np.random.default_rng(11)
    cost = rng.gamma(2.0, 1.0, (20_000, 5))
    profit = rng.normal(0.5, 1.0, cost.shape) + 0.2 * cost
    everything = allocate(profit, cost, None)
    for share in (0.05, 0.3, 0.8):
        found = allocate(profit, cost, everything.cost * share)
        _check(profit, cost, everything.cost * share, found)
        assert found.gap < 1e-3
        assert found.price > 0
        assert found.profit < everything.profit


def test_nothing_is_done_when_nothing_pays() -> None:
    found = allocate(np.array([[-1.0, -0.1], [0.0, -np.inf]]), np.ones((2, 2)), 10.0)
    assert found.choice.tolist() == [-1, -1]
    assert (found.profit, found.cost, found.gap) == (0.0, 0.0, 0.0)
    forbidden = allocate(np.full((3, 2), -np.inf), np.ones((3, 2)), 0.5)
    assert forbidden.choice.tolist() == [-1, -1, -1]


def test_without_a_limit_everybody_gets_the_best() -> None:
    profit = np.array([[1.0, 3.0], [2.0, -1.0], [-1.0, -2.0]])
    found = allocate(profit, np.ones((3, 2)) * 7, None)
    assert found.choice.tolist() == [1, 0, -1]
    assert found.profit == found.bound == 5.0
    assert found.cost == 14.0
    assert found.price == 0.0


def test_no_money_buys_only_what_is_free() -> None:
    profit, cost = np.array([[5.0, 1.0], [4.0, -np.inf]]), np.array([[2.0, 0.0], [3.0, 1.0]])
    found = allocate(profit, cost, 0.0)
    assert found.choice.tolist() == [1, -1]
    assert found.cost == 0.0


def test_inputs_are_left_as_they_were() -> None:
    profit, cost, budget = _case(3)
    before = profit.copy(), cost.copy()
    allocate(profit, cost, budget)
    np.testing.assert_array_equal(profit, before[0])
    np.testing.assert_array_equal(cost, before[1])


def test_the_curve_rises_and_flattens() -> None:
    rng = np.random.default_rng(4)
    cost = rng.gamma(2.0, 1.0, (3_000, 3))
    profit = rng.normal(0.5, 1.0, cost.shape)
    curve = budget_curve(profit, cost)
    assert curve.iloc[0][["budget", "expected_profit", "customers"]].tolist() == [0.0, 0.0, 0.0]
    assert curve["expected_profit"].is_monotonic_increasing
    slope = np.diff(curve["expected_profit"]) / np.diff(curve["budget"])
    assert slope[0] > slope[len(slope) // 2] > slope[-1]
    full = allocate(profit, cost, None)
    assert curve["expected_profit"].iloc[-1] == pytest.approx(full.profit)
    assert (curve["low"] <= curve["expected_profit"]).all()
    assert (curve["expected_profit"] <= curve["high"]).all()
    wanted = recommended_budget(curve)
    assert 0 < wanted < full.cost
    assert curve.set_index("budget").loc[wanted, "expected_profit"] >= 0.95 * full.profit


def test_no_budget_is_advised_where_nothing_pays() -> None:
    curve = budget_curve(np.full((4, 2), -1.0), np.ones((4, 2)))
    assert recommended_budget(curve) == 0.0


def test_each_decision_has_its_reason() -> None:
    scores = pd.DataFrame({"customer_id": list("abcd"), "segment": ["loyal", "loyal", "lost", "lost"]})
    strategy = pd.Series(["retain", "retain", "reactivate", None], dtype="str")
    options = [(Offer("coupon", "money"), "email"), (Offer("advice", "service"), "phone")]
    profit = np.array([[9.0, 1.0], [2.0, 3.0], [-1.0, -2.0], [-np.inf, -np.inf]])
    cost = np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    table = offer_decisions(scores, strategy, options, profit, cost, allocate(profit, cost, 1.0)).set_index(
        "customer_id"
    )
    assert table["reason"].to_dict() == {"a": "best_net", "b": "over_budget", "c": "nothing_pays", "d": "no_strategy"}
    assert table["offer"].to_dict() == {"a": "coupon", "b": "none", "c": "none", "d": "none"}
    assert table["channel"].tolist() == ["email", "none", "none", "none"]
    assert table["cost"].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert table["expected_profit"].tolist() == [9.0, 0.0, 0.0, 0.0]

"""Intervals hold what they promise, under the model's own story."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from crm_analysis.errors import ContractError, ModelError
from crm_analysis.models import (
    BetaGeoNBD,
    ModifiedBetaGeoNBD,
    ParetoNBD,
    PurchaseProcess,
    predictive_counts,
    predictive_interval,
    randomised_pit,
    total_purchases_interval,
)

TRUTHS: list[PurchaseProcess] = [
    BetaGeoNBD.from_params(r=0.6, alpha=3.0, a=0.9, b=2.5),
    ModifiedBetaGeoNBD.from_params(r=0.6, alpha=3.0, a=0.9, b=2.5),
    ParetoNBD.from_params(r=0.6, alpha=3.0, s=0.8, beta=9.0),
]
HORIZON = 20.0


@pytest.fixture(scope="module", params=TRUTHS, ids=lambda model: model.NAME)
def fitted(request: pytest.FixtureRequest) -> tuple[PurchaseProcess, PurchaseProcess, pd.DataFrame]:
    """The truth, a model fitted on 1,500 of its customers, and their futures."""
    truth: PurchaseProcess = request.param
    ages = np.random.default_rng(1).uniform(20, 50, 1_500)
    table = truth.simulate(ages, HORIZON, random_state=2)
    return truth, type(truth)().fit(table), table


def test_at_least_nine_in_ten_customers_are_inside(
    fitted: tuple[PurchaseProcess, PurchaseProcess, pd.DataFrame],
) -> None:
    _truth, model, table = fitted
    found = predictive_interval(model, table, HORIZON, n_draws=20, random_state=3)
    inside = table["future"].between(found["low"], found["high"])
    for few, many in ((0, 0), (1, 2), (3, 9), (10, 10_000)):
        part = table["frequency"].between(few, many)
        # Four standard errors below the promise would be too far.
        assert inside[part].mean() > 0.90 - 4 * np.sqrt(0.09 / part.sum())
    assert (found["low"] <= found["expected"] + 1).all()
    assert (found["expected"] <= found["high"] + 1).all()
    narrow = predictive_interval(model, table, HORIZON, level=0.5, n_draws=2, random_state=3)
    assert (narrow["high"] - narrow["low"]).sum() < (found["high"] - found["low"]).sum()


def test_the_place_of_what_happened_is_uniform(
    fitted: tuple[PurchaseProcess, PurchaseProcess, pd.DataFrame],
) -> None:
    truth, _model, table = fitted
    pit = randomised_pit(predictive_counts(truth, table, HORIZON), table["future"], random_state=4)
    for few, many in ((0, 0), (1, 3), (4, 10_000)):
        part = table["frequency"].between(few, many).to_numpy()
        assert kstest(pit[part], "uniform").pvalue > 1e-4
    wrong = predictive_counts(truth, table, 3 * HORIZON)
    far = randomised_pit(wrong, table["future"], random_state=4)
    assert kstest(far, "uniform").pvalue < 1e-6, "the test can fail"


def test_the_total_has_both_errors(fitted: tuple[PurchaseProcess, PurchaseProcess, pd.DataFrame]) -> None:
    truth, model, table = fitted
    row = total_purchases_interval(model, table, HORIZON, random_state=5).iloc[0]
    assert row["low"] < row["purchases"] < row["high"]
    assert row["process_sd"] == pytest.approx(np.sqrt(model.variance_of_purchases(table, HORIZON).sum()), rel=1e-6)
    counted = table.groupby(["frequency", "recency", "T"]).size().rename("customers").reset_index()
    again = total_purchases_interval(model, counted, HORIZON, random_state=5).iloc[0]
    assert again["high"] == pytest.approx(row["high"], rel=1e-9)
    assert abs(table["future"].sum() - row["purchases"]) < 4 * np.hypot(row["parameter_sd"], row["process_sd"])


def test_what_cannot_be_placed_is_refused() -> None:
    chances = np.array([[0.5, 0.3, 0.2]])
    with pytest.raises(ContractError, match="1 predictions for 2 customers"):
        randomised_pit(chances, [0, 1])
    with pytest.raises(ModelError, match="0 or more"):
        randomised_pit(chances, [-1])

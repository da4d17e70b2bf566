"""Holdout comparison: CDNOW's 39 weeks, measures by hand, who wins, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_analysis.errors import ContractError, ModelError
from crm_analysis.models import BetaGeoNBD, choose_winner, holdout_comparison

MODEL = BetaGeoNBD.from_params(r=0.24259, alpha=4.41360, a=0.79292, b=2.42589)


@pytest.fixture
def small() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d"],
            "frequency": [4, 0, 1, 2],
            "recency": [30.0, 0.0, 5.0, 20.0],
            "T": [40.0, 40.0, 40.0, 0.0 + 20.0],
            "bought": [3, 0, 0, 1],
        }
    )


@pytest.mark.realdata
def test_cdnow_holdout(cdnow: pd.DataFrame) -> None:
    model = BetaGeoNBD().fit(cdnow)
    actual = cdnow.set_index("customer_id")["holdout"]
    result = holdout_comparison(cdnow, actual, 39, model, cdnow["frequency"].mean()).set_index("model")
    assert result.index.tolist() == ["BG/NBD", "mean_of_the_past", "own_past_rate"]
    assert (result["actual_total"] == 1882).all()
    # Fader, Hardie, Lee (2005), table 4: correlation of the BG/NBD with the 39 weeks after it .626.
    assert result.loc["BG/NBD", "correlation"] == pytest.approx(0.626, abs=5e-4)
    assert result["predicted_total"].to_dict() == pytest.approx(
        {"BG/NBD": 1653.4, "mean_of_the_past": 2457, "own_past_rate": 2930.1}, rel=1e-4
    )
    assert choose_winner(result.reset_index()) == "BG/NBD"


def test_measures_by_hand(small: pd.DataFrame) -> None:
    table = holdout_comparison(small, "bought", 20, MODEL, 0.5).set_index("model")
    rate = table.loc["own_past_rate"]  # 4/40*20=2, 0, .5, 2
    assert rate["predicted_total"] == pytest.approx(4.5)
    assert rate["total_error_pct"] == pytest.approx(12.5)
    assert rate["mae"] == pytest.approx((1 + 0 + 0.5 + 1) / 4)
    assert rate["rmse"] == pytest.approx(np.sqrt((1 + 0 + 0.25 + 1) / 4))
    assert rate["correlation"] == pytest.approx(np.corrcoef([2, 0, 0.5, 2], [3, 0, 0, 1])[0, 1])
    # The two forecasts of 2 tie for the top tenth: mean of 3 and 1, over the average of 1.
    assert rate["top_decile_lift"] == pytest.approx(2.0)
    mean = table.loc["mean_of_the_past"]
    assert mean["predicted_total"] == pytest.approx(2.0)
    assert mean["top_decile_lift"] == pytest.approx(1.0)
    assert np.isnan(mean["correlation"])


def test_counted_rows_equal_repeated_rows(small: pd.DataFrame) -> None:
    counts = [3, 5, 1, 2]
    repeated = small.loc[np.repeat(small.index, counts)]
    pd.testing.assert_frame_equal(
        holdout_comparison(small.assign(customers=counts), "bought", 20, MODEL, 0.5),
        holdout_comparison(repeated, "bought", 20, MODEL, 0.5),
        rtol=1e-12,
    )


def test_customers_who_bought_nothing_may_be_missing(small: pd.DataFrame) -> None:
    bought = pd.Series({"d": 1, "a": 3, "new": 7})
    pd.testing.assert_frame_equal(
        holdout_comparison(small, bought, 20, MODEL, 0.5), holdout_comparison(small, "bought", 20, MODEL, 0.5)
    )


@pytest.mark.parametrize(
    ("rmse", "winner"),
    [
        ([1.0, 1.1, 1.2], "BG/NBD"),
        ([1.0, 1.004, 1.2], "mean_of_the_past"),
        ([1.0, 1.006, 1.004], "own_past_rate"),
        ([1.2, 1.1, 1.0], "own_past_rate"),
        ([1.0, 1.003, 1.001], "mean_of_the_past"),
    ],
)
def test_winner(rmse: list[float], winner: str) -> None:
    table = pd.DataFrame({"model": ["BG/NBD", "mean_of_the_past", "own_past_rate"], "rmse": rmse})
    assert choose_winner(table) == winner


def test_refusals(small: pd.DataFrame) -> None:
    with pytest.raises(ModelError, match="None of the 4 customers bought in the holdout"):
        holdout_comparison(small.assign(bought=0), "bought", 20, MODEL, 0.5)
    with pytest.raises(ModelError, match="No customer_id of the holdout is known"):
        holdout_comparison(small, pd.Series({1: 2, 2: 3}), 20, MODEL, 0.5)
    with pytest.raises(ContractError, match="several rows for one customer_id"):
        holdout_comparison(small, pd.Series([1, 2], index=["a", "a"]), 20, MODEL, 0.5)
    with pytest.raises(ContractError, match="customer_id is missing"):
        holdout_comparison(small.drop(columns="customer_id"), pd.Series({"a": 1}), 20, MODEL, 0.5)
    with pytest.raises(ModelError, match="mean of the past must be"):
        holdout_comparison(small, "bought", 20, MODEL, float("nan"))
    with pytest.raises(ModelError, match="must be 0 or more"):
        holdout_comparison(small.assign(bought=-1), "bought", 20, MODEL, 0.5)
    with pytest.raises(ModelError, match="no forecast to choose from"):
        choose_winner(pd.DataFrame({"model": [], "rmse": []}))

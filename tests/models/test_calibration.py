"""Calibration table and Brier score."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss
from statsmodels.stats.proportion import proportion_confint

from crm_analysis.errors import ModelError
from crm_analysis.models import brier_score, calibration_table


@pytest.fixture(scope="module")
def forecast() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    probability = rng.beta(1, 3, 5_000)
    return probability, (rng.random(5_000) < probability).astype(int)


def test_ten_equal_bins(forecast: tuple[np.ndarray, np.ndarray]) -> None:
    probability, happened = forecast
    table = calibration_table(probability, happened)
    assert table["n"].tolist() == [500] * 10
    lowest = np.argsort(probability)[:500]
    assert table.loc[0, "predicted"] == pytest.approx(probability[lowest].mean())
    assert table.loc[0, "observed"] == pytest.approx(happened[lowest].mean())
    # Well calibrated by construction: ten 90 % intervals miss more than 4 times in 1 of 600 trials.
    assert table["predicted"].between(table["low"], table["high"]).sum() >= 6


def test_intervals_equal_statsmodels(forecast: tuple[np.ndarray, np.ndarray]) -> None:
    table = calibration_table(*forecast, bins=4)
    hits = (table["observed"] * table["n"]).round()
    low, high = proportion_confint(hits, table["n"], alpha=0.1, method="wilson")
    np.testing.assert_allclose(table[["low", "high"]], np.column_stack([low, high]), rtol=1e-9)


def test_equal_probabilities_share_a_bin() -> None:
    table = calibration_table([0.2] * 90 + [0.9] * 10, [0] * 90 + [1] * 10)
    assert table["bin"].tolist() == [1, 2]
    assert table["n"].tolist() == [90, 10]
    assert table["observed"].tolist() == [0.0, 1.0]


def test_brier(forecast: tuple[np.ndarray, np.ndarray]) -> None:
    score = brier_score(*forecast)
    assert score.brier == pytest.approx(brier_score_loss(forecast[1], forecast[0]))
    base = forecast[1].mean()
    assert score.base_rate_brier == pytest.approx(base * (1 - base))
    assert 0 < score.skill < 1
    assert brier_score([0.5, 0.5], [0, 1]).skill == 0


def test_counts_equal_repeated_rows(forecast: tuple[np.ndarray, np.ndarray]) -> None:
    probability = np.round(forecast[0], 2)
    counted = pd.DataFrame({"p": probability, "y": forecast[1]}).groupby("p")["y"].agg(["size", "mean"]).reset_index()
    pd.testing.assert_frame_equal(
        calibration_table(probability, forecast[1]),
        calibration_table(counted["p"], counted["mean"], customers=counted["size"]),
    )
    assert brier_score(counted["p"], counted["mean"], customers=counted["size"]) == pytest.approx(
        brier_score(probability, forecast[1])
    )


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60), st.integers(1, 12))
def test_no_customer_is_lost(rows: list[tuple[float, bool]], bins: int) -> None:
    probability, happened = zip(*rows, strict=True)
    table = calibration_table(probability, happened, bins)
    assert table["n"].sum() == len(rows)
    assert len(table) <= bins
    assert table["predicted"].is_monotonic_increasing
    assert ((table["low"] <= table["observed"]) & (table["observed"] <= table["high"])).all()


def test_refusals() -> None:
    with pytest.raises(ModelError, match="lists of one length"):
        calibration_table([0.1], [0, 1])
    with pytest.raises(ModelError, match="between 0 and 1"):
        calibration_table([1.1], [1])

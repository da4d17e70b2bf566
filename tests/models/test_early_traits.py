"""Beginnings and later sales: planted traits are named with their ratio, and the check is out of time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from crm_analysis.models import find_early_traits


def _beginnings(n: int = 3000, seed: int = 1, again: float = 0.7, category: float = 0.5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "first_day": pd.Timestamp("2023-01-01") + pd.to_timedelta(np.arange(n) * 600 // n, unit="D"),
            "first_amount": rng.lognormal(3, 0.6, n),
            "first_lines": rng.integers(1, 6, n).astype(float),
            "discounted": np.where(rng.random(n) < 0.3, 0.1, 0.0),
            "again": rng.poisson(0.4, n).astype(float),
            "weekend": rng.integers(0, 2, n).astype(float),
            "referred": (rng.random(n) < 0.2).astype(float),
            "returned": (rng.random(n) < 0.05).astype(float),
            "channel": rng.choice(["store", "web"], n),
            "category": rng.choice(["tea", "soap", "pets"], n),
            "source": rng.choice(["search", "walk-in"], n),
        }
    )
    liked = (frame["category"] == "pets").astype(float)
    mean = np.exp(2 + 0.3 * np.log1p(frame["first_amount"]) + again * frame["again"] + category * liked)
    frame["later_sales"] = rng.gamma(0.7, mean / 0.7)
    frame.loc[frame["first_day"] > pd.Timestamp("2024-05-01"), "later_sales"] = np.nan
    return frame


def test_planted_traits_are_named_with_their_ratio() -> None:
    found = find_early_traits(_beginnings())
    assert found is not None
    traits = found.traits.set_index(["trait", "value"])
    assert traits.loc[("again", ""), "named"]
    rows = found.traits[found.traits["trait"] == "category"].set_index("value")
    base = ({"tea", "soap", "pets"} - set(rows.index)).pop()
    if base != "pets":
        assert rows.loc["pets", "low"] < np.exp(0.5) < rows.loc["pets", "high"]
        assert rows.loc["pets", "named"]
    assert found.beats
    assert found.gini > found.gini_alone
    assert found.lift > found.lift_alone


def test_without_planted_traits_hardly_one_is_named() -> None:
    false = []
    for seed in range(60):
        found = find_early_traits(_beginnings(1200, seed, again=0.0, category=0.0))
        assert found is not None
        named = found.traits[found.traits["named"]]
        false.append(float((named["trait"] != "first_amount").mean()) if len(named) else 0.0)
    assert np.mean(false) <= 0.16, "a tenth of the names may be false on average; two standard errors of sixty shops"


def test_judged_on_newer_customers_and_scores_the_newest() -> None:
    beginnings = _beginnings()
    found = find_early_traits(beginnings)
    assert found is not None
    known = beginnings["later_sales"].notna().sum()
    assert found.trained + found.held == known
    assert found.held == pytest.approx(0.3 * known, abs=1)
    coming = beginnings[beginnings["later_sales"].isna()]
    assert set(found.scores["customer_id"]) == set(coming["customer_id"])
    assert found.scores["expected_sales"].is_monotonic_decreasing
    assert found.scores["expected_sales"].max() <= beginnings["later_sales"].max()


def test_too_few_beginnings() -> None:
    assert find_early_traits(_beginnings(250)) is None


def test_traits_that_are_the_same_for_all_are_left_out() -> None:
    same = _beginnings(800).assign(channel="", source="", referred=0.0, discounted=0.0)
    found = find_early_traits(same)
    assert found is not None
    assert not set(found.traits["trait"]) & {"channel", "source", "referred", "discounted"}

"""CDNOW as the papers use it, and customers simulated from known parameters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def cdnow(realdata: Callable[[str], Path]) -> pd.DataFrame:
    """One row per customer of the 1/10 sample: calibration to 1997-09-30, purchases of the 39 weeks after it."""
    names = ["master_id", "customer_id", "date", "quantity", "dollars"]
    lines = pd.read_csv(realdata("cdnow/CDNOW_sample.txt"), sep=r"\s+", header=None, names=names)
    lines["date"] = pd.to_datetime(lines["date"].astype(str))
    days = lines.groupby(["customer_id", "date"], as_index=False)["dollars"].sum()
    end = pd.Timestamp("1997-09-30")
    days["first"] = days.groupby("customer_id")["date"].transform("min")
    past = days[days["date"] <= end].groupby("customer_id")
    repeat = days[(days["date"] <= end) & (days["date"] > days["first"])].groupby("customer_id")
    table = pd.DataFrame({"first": past["first"].first(), "last": past["date"].max()})
    table["frequency"] = repeat.size().reindex(table.index, fill_value=0)
    table["monetary_value"] = repeat["dollars"].mean().reindex(table.index, fill_value=0.0)
    table["recency"] = (table["last"] - table["first"]).dt.days / 7
    table["T"] = (end - table["first"]).dt.days / 7
    future = days[days["date"] > end].groupby("customer_id").size()
    table["holdout"] = future.reindex(table.index, fill_value=0)
    return table.reset_index()


@pytest.fixture(scope="session")
def cdnow_summary(realdata: Callable[[str], Path]) -> pd.DataFrame:
    """The summary that the teaching material prints, times rounded to two decimals."""
    table = pd.read_csv(realdata("cdnow/cdnow_customers_summary_with_transactions.csv"))
    return table.set_axis(["customer_id", "frequency", "recency", "T", "monetary_value"], axis=1)


@pytest.fixture(scope="session")
def simulated() -> Callable[..., pd.DataFrame]:
    """Draw customers by the model's story, continuous in time: frequency, recency, T, future (next horizon)."""

    def draw(
        n: int, r: float, alpha: float, a: float, b: float, *, longest: float = 52.0, horizon: float = 26.0, seed: int
    ) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        rate, leaves = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
        T = rng.uniform(longest / 2, longest, n)
        clock, last = np.zeros(n), np.zeros(n)
        past, future = np.zeros(n), np.zeros(n)
        there = np.ones(n, dtype=bool)
        while there.any():
            clock = clock + rng.exponential(1 / np.maximum(rate, 1e-12))
            before, after = there & (clock <= T), there & (clock > T) & (clock <= T + horizon)
            past[before] += 1
            future[after] += 1
            last[before] = clock[before]
            there &= (clock <= T + horizon) & (rng.random(n) > leaves)
        return pd.DataFrame({"frequency": past, "recency": last, "T": T, "future": future})

    return draw

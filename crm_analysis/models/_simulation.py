"""Customers drawn by the story that a model tells, for tests of coverage and for plans."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_analysis.models._states import FloatArray

__all__ = ["Lives", "simulated_purchases"]


@dataclass(frozen=True)
class Lives:
    """What is drawn for each customer at birth.

    Attributes
    ----------
    rate
        Purchases per unit of time while there.
    leaves
        Probability to leave after a purchase.
    until
        When the customer leaves whatever is bought.
    """

    rate: FloatArray
    leaves: FloatArray
    until: FloatArray


def simulated_purchases(
    lives: Lives, T: FloatArray, horizon: float, rng: np.random.Generator, *, leaves_at_first: bool
) -> pd.DataFrame:
    """Purchase histories up to T and purchases in the ``horizon`` after it; see ``PurchaseProcess.simulate``."""
    n, end = len(T), T + horizon
    clock, last, first_after = np.zeros(n), np.zeros(n), np.full(n, np.inf)
    past, future = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    gone = np.where(rng.random(n) < lives.leaves, 0.0, np.inf) if leaves_at_first else np.full(n, np.inf)
    gone = np.minimum(gone, lives.until)
    active = np.flatnonzero(gone > 0)
    while len(active):
        clock[active] += rng.exponential(1 / np.maximum(lives.rate[active], 1e-300))
        active = active[clock[active] < np.minimum(gone[active], end[active])]
        before = active[clock[active] <= T[active]]
        after = active[clock[active] > T[active]]
        past[before] += 1
        last[before] = clock[before]
        future[after] += 1
        first_after[after] = np.minimum(first_after[after], clock[after] - T[after])
        left = active[rng.random(len(active)) < lives.leaves[active]]
        gone[left] = np.nextafter(clock[left], np.inf)
        active = active[gone[active] == lives.until[active]]
    return pd.DataFrame(
        {
            "frequency": past,
            "recency": last,
            "T": T,
            "alive": gone > T,
            "future": future,
            "next_purchase": first_after,
        }
    )

"""Speed of the purchase models against the package lifetimes, in one run: ``make bench``.

Both fit BG/NBD on the same simulated customers; ours on distinct states with counts, as in a report.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from crm_analysis.models import BetaGeoNBD

SIZES = (10_000, 100_000, 1_000_000)
PEER_UP_TO = 100_000
WEEKS = 39.0


def simulated(customers: int, seed: int = 1) -> pd.DataFrame:
    """Summaries of customers who buy and leave as BG/NBD says, with ages in whole days."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.25, 1 / 4.4, customers)
    leaving = rng.beta(0.8, 2.4, customers)
    age = rng.integers(1, int(WEEKS * 7) + 1, customers) / 7
    frequency, recency = np.zeros(customers, dtype=np.int64), np.zeros(customers)
    now, alive = np.zeros(customers), np.ones(customers, dtype=bool)
    while alive.any():
        now = now + rng.exponential(1, customers) / np.maximum(rate, 1e-12)
        bought = alive & (now < age)
        day = np.ceil(now * 7) / 7
        frequency[bought & (day > recency)] += 1
        recency[bought] = np.minimum(day, age)[bought]
        alive = bought & (rng.random(customers) >= leaving)
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": age})


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print a table of seconds and ratios."""
    from lifetimes import BetaGeoFitter

    warnings.simplefilter("ignore")
    write = sys.stdout.write
    write(f"{'customers':>10} {'states':>8} {'ours s':>8} {'lifetimes s':>12} {'ratio':>7}\n")
    for size in SIZES:
        frame = simulated(size)
        states = (
            frame.groupby(["frequency", "recency", "T"], as_index=False).size().rename(columns={"size": "customers"})
        )
        ours = seconds(lambda states=states: BetaGeoNBD().fit(states))
        peer = float("nan")
        if size <= PEER_UP_TO:
            columns = [frame["frequency"], frame["recency"], frame["T"]]
            peer = seconds(lambda columns=columns: BetaGeoFitter().fit(*columns))
        write(f"{size:>10,} {len(states):>8,} {ours:>8.2f} {peer:>12.2f} {peer / ours:>7.1f}\n")


if __name__ == "__main__":
    main()

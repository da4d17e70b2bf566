"""Order lines of customers who buy and leave as BG/NBD says, written in pieces: any number of customers fits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["DAYS", "LAST", "write_order_lines"]

DAYS = 730
LAST = pd.Timestamp("2024-12-31")
PIECE = 250_000


def _piece(first: int, customers: int, rng: np.random.Generator, per_customer: float) -> pd.DataFrame:
    born = rng.integers(0, DAYS - 1, customers) + rng.random(customers)
    rate = rng.gamma(0.8, per_customer / 0.8 / 180, customers)
    leaving = rng.beta(0.8, 6.0, customers)
    mean = 20 * 3.7 / rng.gamma(3.7, 1.0, customers) * 6.2
    clock, there = born.copy(), np.arange(customers)
    who, when = [there], [born]
    while len(there):
        clock[there] += rng.exponential(1 / np.maximum(rate[there], 1e-9))
        there = there[clock[there] < DAYS]
        who.append(there)
        when.append(clock[there])
        there = there[rng.random(len(there)) >= leaving[there]]
    number = np.concatenate(who)
    at = LAST.normalize() - pd.Timedelta(days=DAYS - 1) + pd.to_timedelta(np.concatenate(when), unit="D").floor("s")
    amount = np.round(rng.gamma(6.2, mean[number] / 6.2 / 6.2), 2) + 0.01
    frame = pd.DataFrame({"customer_id": number + first, "ordered_at": at, "amount": amount})
    frame["customer_id"] = "c" + frame["customer_id"].astype(str)
    return frame


def write_order_lines(folder: Path, customers: int, *, per_customer: float = 3.0, seed: int = 1) -> int:
    """Write ``customers`` with their orders of two years to Parquet files. Returns the number of lines."""
    folder.mkdir(parents=True, exist_ok=True)
    rng, lines = np.random.default_rng(seed), 0
    for first in range(0, customers, PIECE):
        frame = _piece(first, min(PIECE, customers - first), rng, per_customer)
        frame.to_parquet(folder / f"{first:09d}.parquet", index=False)
        lines += len(frame)
    return lines

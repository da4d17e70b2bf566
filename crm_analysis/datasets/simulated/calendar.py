"""Weeks of the shop: seasons, holidays that move, shocks that everybody feels."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

__all__ = ["FIRST_DAY", "HOLIDAYS", "week_factors"]

FIRST_DAY = date(2022, 1, 3)
"""A Monday."""

HOLIDAYS = (
    date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10),  # Seollal
    date(2022, 9, 10), date(2023, 9, 29), date(2024, 9, 17),  # Chuseok
)  # fmt: skip

_SHOCK_KEEPS = 0.7
_SHOCK_SIZE = 0.06


def week_factors(weeks: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """How busy each week is against an average one.

    A yearly wave with a peak before December's end, two holidays by the moon with a rush before them and a lull
    after, and common shocks that fade over weeks.

    Returns
    -------
    numpy.ndarray
        One factor a week.
    """
    days = [FIRST_DAY + timedelta(days=7 * w) for w in range(weeks)]
    of_year = np.array([d.timetuple().tm_yday for d in days]) / 365.25
    wave = 0.12 * np.cos(2 * np.pi * (of_year - 0.93)) + 0.05 * np.cos(4 * np.pi * (of_year - 0.45))
    rush = np.zeros(weeks)
    for holiday in HOLIDAYS:
        away = (holiday - FIRST_DAY).days // 7
        for week, change in ((away - 1, 0.35), (away, 0.10), (away + 1, -0.20)):
            if 0 <= week < weeks:
                rush[week] += change
    shock = np.zeros(weeks)
    for week in range(1, weeks):
        shock[week] = _SHOCK_KEEPS * shock[week - 1] + _SHOCK_SIZE * rng.standard_normal()
    return np.asarray(np.exp(wave + rush + shock), dtype=np.float64)

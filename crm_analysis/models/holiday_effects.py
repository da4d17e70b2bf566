"""What the week before a holiday does to sales, beside the yearly season and growth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm
from scipy.special import ndtri

from crm_analysis.thresholds import SEASON_WEEKS

__all__ = ["HolidayEffects", "holiday_effects"]

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.90
_HARMONICS = 2
_LAGS = 4


@dataclass(frozen=True)
class HolidayEffects:
    """Effects of holidays on weekly sales.

    Attributes
    ----------
    effects
        One row per holiday seen at least twice: holiday, times (how often), change (of sales in the week before it,
        as a share), low, high (90 %).
    without, with_holidays, by_month
        Mean absolute error of a week's sales, as a share, out of the year: season and growth alone, with holidays,
        and months of the year with growth. NaN where there are fewer than two whole years.
    """

    effects: pd.DataFrame
    without: float
    with_holidays: float
    by_month: float


def holiday_effects(weekly: pd.DataFrame, days: pd.DataFrame) -> HolidayEffects | None:
    """Estimate the effects.

    Weekly sales on the log scale: a trend with a bend, two yearly waves, and one indicator per holiday for the week
    before it, by the days of the week that lie in the seven days before. Errors allow for weeks that resemble their
    neighbours (Newey and West 1987, four lags).

    Parameters
    ----------
    weekly
        Of :func:`crm_analysis.features.weekly_sales`.
    days
        Of :func:`crm_analysis.features.moving_holidays`.

    Returns
    -------
    HolidayEffects or None
        None with too few weeks with sales.
    """
    sold = weekly[weekly["revenue"] > 0].reset_index(drop=True)
    if len(sold) < SEASON_WEEKS:
        return None
    names = [code for code, n in _seen(sold, days).items() if n >= 2]
    season, share = _season(sold), _shares(sold, days, names)
    log_sales = np.log(sold["revenue"].to_numpy(dtype="float64"))
    fitted = sm.OLS(log_sales, np.hstack([season, share])).fit(cov_type="HAC", cov_kwds={"maxlags": _LAGS})
    z = float(ndtri((1 + LEVEL) / 2))
    estimate = np.asarray(fitted.params)[season.shape[1] :]
    error = np.asarray(fitted.bse)[season.shape[1] :]
    effects = pd.DataFrame(
        {
            "holiday": names,
            "times": [_seen(sold, days)[name] for name in names],
            "change": np.exp(estimate) - 1,
            "low": np.exp(estimate - z * error) - 1,
            "high": np.exp(estimate + z * error) - 1,
        }
    ).astype({"holiday": "str", "times": "int64"})
    months = _months(sold)
    return HolidayEffects(
        effects,
        _error(season, log_sales, sold),
        _error(np.hstack([season, share]), log_sales, sold),
        _error(months, log_sales, sold),
    )


def _seen(sold: pd.DataFrame, days: pd.DataFrame) -> dict[str, int]:
    """How often the week before each holiday lies within the data."""
    first, last = sold["week"].iloc[0], sold["week"].iloc[-1] + pd.Timedelta(days=6)
    inside = days[(days["day"] - pd.Timedelta(days=7) >= first) & (days["day"] - pd.Timedelta(days=1) <= last)]
    return {str(code): int(n) for code, n in inside.groupby("holiday").size().items()}


def _season(sold: pd.DataFrame) -> FloatArray:
    years = (sold["week"] - sold["week"].iloc[0]).dt.days.to_numpy(dtype="float64") / 365.25
    at = 2 * np.pi * sold["week"].dt.dayofyear.to_numpy(dtype="float64") / 365.25
    waves = [wave(k * at) for k in range(1, _HARMONICS + 1) for wave in (np.sin, np.cos)]
    return np.column_stack([np.ones(len(sold)), years, years**2, *waves])


def _months(sold: pd.DataFrame) -> FloatArray:
    years = (sold["week"] - sold["week"].iloc[0]).dt.days.to_numpy(dtype="float64") / 365.25
    middle = (sold["week"] + pd.Timedelta(days=3)).dt.month
    dummies = pd.get_dummies(middle, dtype="float64").to_numpy()
    return np.column_stack([dummies, years, years**2])


def _shares(sold: pd.DataFrame, days: pd.DataFrame, names: list[str]) -> FloatArray:
    """For each holiday the share of a week's days that lie in the seven days before it."""
    result = np.zeros((len(sold), len(names)))
    monday = sold["week"].to_numpy(dtype="datetime64[D]")
    for column, name in enumerate(names):
        for day in days.loc[days["holiday"] == name, "day"].to_numpy(dtype="datetime64[D]"):
            ahead = (day - monday).astype(int)  # the week before covers days ahead - 7 .. ahead - 1 of this week
            inside = np.minimum(ahead, 7) - np.maximum(ahead - 7, 0)
            result[:, column] += np.clip(inside, 0, 7) / 7
    return result


def _error(design: FloatArray, log_sales: FloatArray, sold: pd.DataFrame) -> float:
    """Mean absolute error where each calendar year is told from the others; NaN below two whole years."""
    year = sold["week"].dt.year.to_numpy()
    whole = [int(y) for y, n in zip(*np.unique(year, return_counts=True), strict=True) if n >= 50]
    if len(whole) < 2:
        return float("nan")
    errors = []
    for held in whole:
        out = year == held
        fitted = np.linalg.lstsq(design[~out], log_sales[~out], rcond=None)[0]
        told = log_sales[out] - design[out] @ fitted
        # The level of a year is growth, not season: only the shape is judged.
        errors.append(np.abs(np.exp(told - told.mean()) - 1).mean())
    return float(np.mean(errors))

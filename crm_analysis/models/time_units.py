"""Units of time: a horizon and a rate per year mean the same whatever unit the states use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crm_analysis.errors import ModelError
from crm_analysis.messages import _
from crm_analysis.models._states import FloatArray
from crm_analysis.time_units import DAYS_PER_UNIT, DAYS_PER_YEAR

__all__ = ["DAYS_PER_UNIT", "DAYS_PER_YEAR", "continuous_rate", "days_per", "discount_per_period", "monthly_discount"]


def days_per(unit: str) -> float:
    """Days in a unit of time.

    Parameters
    ----------
    unit : {"day", "week", "month", "year"}
        The unit.

    Raises
    ------
    ModelError
        The unit is unknown.
    """
    if unit not in DAYS_PER_UNIT:
        raise ModelError(
            _("The unit of time {unit} is unknown. Use one of: {known}.", unit=unit, known=", ".join(DAYS_PER_UNIT))
        )
    return DAYS_PER_UNIT[unit]


def monthly_discount(
    horizon: float, discount_rate_annual: float, unit: str
) -> tuple[FloatArray, npt.NDArray[np.float64]]:
    """Cut a horizon into periods of about a month and discount each at its end.

    Parameters
    ----------
    horizon : float
        In ``unit``, above 0.
    discount_rate_annual : float
        Per year, 0.10 for 10 %.
    unit : {"day", "week", "month", "year"}
        Unit of the horizon and of the states.

    Returns
    -------
    ends : numpy.ndarray
        Ends of the periods, in ``unit``; the last one is the horizon.
    weights : numpy.ndarray
        Factors by which the *cumulative* purchases at each end add up to the discounted purchases; all are 0 or
        more.
    """
    days = days_per(unit)
    if not (np.isfinite(horizon) and horizon > 0):
        raise ModelError(_("The horizon must be above 0, got {horizon}.", horizon=f"{horizon:g}"))
    if not (np.isfinite(discount_rate_annual) and discount_rate_annual >= 0):
        raise ModelError(_("The discount rate must be 0 or more a year, got {rate}.", rate=f"{discount_rate_annual:g}"))
    periods = max(1, round(horizon * days / DAYS_PER_UNIT["month"]))
    ends = horizon * np.arange(1, periods + 1) / periods
    factors = (1 + discount_rate_annual) ** (-ends * days / DAYS_PER_YEAR)
    return ends, factors - np.append(factors[1:], 0.0)


def continuous_rate(discount_rate_annual: float, unit: str) -> float:
    """Turn a rate per year into the continuous rate of a unit of time.

    Parameters
    ----------
    discount_rate_annual : float
        Per year, 0.10 for 10 %, above 0: without discount a sum over all time need not be finite.
    unit : {"day", "week", "month", "year"}
        The unit.

    Raises
    ------
    ModelError
        The rate is not above 0, or the unit is unknown.
    """
    days = days_per(unit)
    if not (np.isfinite(discount_rate_annual) and discount_rate_annual > 0):
        raise ModelError(_("The discount rate must be above 0 a year, got {rate}.", rate=f"{discount_rate_annual:g}"))
    return float(np.log1p(discount_rate_annual) * days / DAYS_PER_YEAR)


def discount_per_period(discount_rate_annual: float, periods_per_year: float) -> float:
    """Turn a rate per year into the rate of one period.

    Parameters
    ----------
    discount_rate_annual : float
        Per year, 0.10 for 10 %, above 0: without discount a sum over all time need not be finite.
    periods_per_year : float
        Periods in a year, 12 for months.

    Raises
    ------
    ModelError
        One of both is not above 0.
    """
    if not (np.isfinite(discount_rate_annual) and discount_rate_annual > 0):
        raise ModelError(_("The discount rate must be above 0 a year, got {rate}.", rate=f"{discount_rate_annual:g}"))
    if not (np.isfinite(periods_per_year) and periods_per_year > 0):
        raise ModelError(
            _("The number of periods in a year must be above 0, got {periods}.", periods=f"{periods_per_year:g}")
        )
    return float((1 + discount_rate_annual) ** (1 / periods_per_year) - 1)

"""What keeping customers is worth: one function for every page that asks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm_analysis.errors import ModelError
from crm_analysis.intervals import NORMAL_90
from crm_analysis.messages import _

__all__ = ["RetentionWorth", "retention_worth"]


@dataclass(frozen=True)
class RetentionWorth:
    """What more retention brings.

    Attributes
    ----------
    extra_profit, low, high
        Extra profit over the horizon, discounted (currency), with its 90 % interval.
    relative
        Extra profit as a share of what the same customers bring at today's retention.
    break_even
        What a programme may cost per customer and over the whole horizon.
    customers
        Customers it is about.
    """

    extra_profit: float
    low: float
    high: float
    relative: float
    break_even: float
    customers: int


def retention_worth(
    *,
    customers: int,
    retained: int,
    active: int,
    profit_per_year: float,
    profit_error: float,
    points: float = 1.0,
    years: int = 3,
    discount_rate_annual: float = 0.10,
) -> RetentionWorth:
    """Extra profit where more of the customers stay each year.

    Of customers who are active now, a share r stays each year, so year t brings ``n g r^t / (1 + d)^t``; more
    retention raises r in every year. Those who stay because of it are taken to bring as much as the others, which is
    the most that can be hoped for. Blattberg and Deighton (1996), "Manage marketing by the customer equity test";
    Gupta, Lehmann and Stuart (2004), eq. 3, over a finite horizon.

    Parameters
    ----------
    customers
        Active now.
    retained, active
        Customers of an earlier year who bought in the year after it, and all of them.
    profit_per_year, profit_error
        Mean profit of an active customer in a year (currency), and its standard error.
    points
        By how many percentage points retention rises; it cannot rise above 100 %.
    years
        Horizon.
    discount_rate_annual
        Annual.

    Returns
    -------
    RetentionWorth
        The interval holds the errors of r (binomial, Agresti-Coull) and of the profit (normal), by the delta method.

    Raises
    ------
    ModelError
        No active customer, or more retained than active.

    Examples
    --------
    >>> found = retention_worth(
    ...     customers=1000, retained=800, active=1000, profit_per_year=100.0, profit_error=2.0, years=1,
    ...     discount_rate_annual=0.0,
    ... )
    >>> round(found.extra_profit), round(found.relative, 4)
    (1000, 0.0125)
    """
    if active <= 0 or not 0 <= retained <= active or customers < 0:
        raise ModelError(
            _(
                "Retention needs customers who were active: {retained} of {active} given.",
                retained=retained,
                active=active,
            )
        )
    t = np.arange(1, years + 1)
    discount = (1 + discount_rate_annual) ** -t.astype("float64")
    rate = retained / active
    more = min(rate + points / 100, 1.0)

    def years_of(r: float) -> float:
        return float((discount * r**t).sum())

    def slope_of(r: float) -> float:
        return float((discount * t * r ** (t - 1)).sum())

    gained = years_of(more) - years_of(rate)
    adjusted = (retained + NORMAL_90**2 / 2) / (active + NORMAL_90**2)
    rate_error = np.sqrt(adjusted * (1 - adjusted) / (active + NORMAL_90**2))
    change = (slope_of(more) if more < 1 else 0.0) - slope_of(rate)
    error = customers * np.hypot(gained * profit_error, profit_per_year * change * rate_error)
    extra = customers * profit_per_year * gained
    today = years_of(rate)
    return RetentionWorth(
        extra_profit=float(extra),
        low=float(extra - NORMAL_90 * error),
        high=float(extra + NORMAL_90 * error),
        relative=gained / today if today > 0 else float("nan"),
        break_even=float(extra / customers) if customers else 0.0,
        customers=customers,
    )

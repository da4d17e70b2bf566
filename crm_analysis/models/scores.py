"""One row per customer: value, leaving and what is at stake, from the purchase model that won its check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from crm_analysis.config import AnalysisSettings
from crm_analysis.features.purchases import DAYS_PER_UNIT, Unit
from crm_analysis.intervals import NORMAL_90
from crm_analysis.models.gamma_gamma import GammaGamma
from crm_analysis.models.lifetime_value import value_interval
from crm_analysis.models.naive import UsedForecast
from crm_analysis.models.purchase_process import PurchaseProcess
from crm_analysis.thresholds import VALUE_CUSTOMERS, VALUE_DAYS, VALUE_REPEATERS

__all__ = ["ScoringSettings", "enough_to_value", "fit_spend", "score_values", "total_value"]


@dataclass(frozen=True)
class ScoringSettings:
    """Horizons and rates of the scores, all in days and per year.

    Attributes
    ----------
    unit
        Of recency and T in the summary.
    horizon_days
        Of decisions.
    value_horizon_days
        Of customer value.
    leaving_days
        Days without a purchase that count as having left.
    margin_rate
        Share of revenue that is profit before contacts and offers.
    discount_rate_annual
        For customer value.
    """

    unit: Unit
    horizon_days: int
    value_horizon_days: int
    leaving_days: int
    margin_rate: float
    discount_rate_annual: float

    @classmethod
    def from_analysis(cls, analysis: AnalysisSettings, leaving_days: int, margin_rate: float) -> ScoringSettings:
        """Take what ``[analysis]`` says, with the margin that :func:`crm_analysis.features.margin_of` found."""
        return cls(
            unit=analysis.unit,
            horizon_days=analysis.horizon_days,
            value_horizon_days=analysis.value_horizon_days,
            leaving_days=leaving_days,
            margin_rate=margin_rate,
            discount_rate_annual=analysis.discount_rate_annual,
        )

    def over(self, days: int) -> ScoringSettings:
        """The same with another horizon of customer value."""
        return replace(self, value_horizon_days=days)

    @property
    def horizon(self) -> float:
        """Horizon of decisions in ``unit``."""
        return self.horizon_days / DAYS_PER_UNIT[self.unit]

    @property
    def value_horizon(self) -> float:
        """Horizon of customer value in ``unit``."""
        return self.value_horizon_days / DAYS_PER_UNIT[self.unit]


def score_values(
    summary: pd.DataFrame,
    purchases: PurchaseProcess,
    spend: GammaGamma | None,
    used: UsedForecast,
    settings: ScoringSettings,
) -> pd.DataFrame:
    """Score every customer.

    Parameters
    ----------
    summary
        One row per customer_id: frequency, recency, T, monetary_value, sales, purchases.
    purchases
        From :func:`crm_analysis.models.fit_used`.
    spend
        Fitted Gamma-Gamma, None where there are too few repeat buyers: then everyone spends the mean.
    used
        The forecast of purchases that won its check, from :func:`crm_analysis.models.used_forecast`.
    settings
        Horizons and rates.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id: probability_alive (NaN where a naive forecast is used: a model that forecasts
        worse is not believed about who is still there), probability_leaving (no purchase within leaving_days),
        expected_purchases (over value_horizon_days), expected_spend (a purchase, currency), value (discounted
        profit over value_horizon_days), probability_buying, horizon_purchases and horizon_profit (all three over
        horizon_days), order_profit (profit of one purchase), value_at_risk (value x probability_leaving).
    """
    unit_days = DAYS_PER_UNIT[settings.unit]
    year, decision, leaving = (
        d / unit_days for d in (settings.value_horizon_days, settings.horizon_days, settings.leaving_days)
    )
    none = purchases.probability_no_purchase(summary, leaving)
    buying = 1 - purchases.probability_no_purchase(summary, decision)
    if used.naive is None:
        alive = purchases.probability_alive(summary)
        expected = purchases.expected_purchases(summary, year)
        discounted = purchases.discounted_expected_purchases(
            summary, year, settings.discount_rate_annual, settings.unit
        )
        soon = purchases.expected_purchases(summary, decision)
    else:
        alive = np.full(len(summary), np.nan)
        expected = used.expected_purchases(summary, year)
        middle = settings.value_horizon_days / 365.25 / 2
        discounted = expected / (1 + settings.discount_rate_annual) ** middle
        soon = used.expected_purchases(summary, decision)
    mean_spend = float(summary["sales"].sum() / max(summary["purchases"].sum(), 1))
    per_purchase = np.full(len(summary), mean_spend) if spend is None else np.asarray(spend.expected_spend(summary))
    profit = per_purchase * settings.margin_rate
    value = discounted * profit
    return pd.DataFrame(
        {
            "customer_id": summary["customer_id"],
            "probability_alive": alive,
            "probability_leaving": none,
            "expected_purchases": expected,
            "expected_spend": per_purchase,
            "value": value,
            "probability_buying": buying,
            "horizon_purchases": soon,
            "horizon_profit": soon * profit,
            "order_profit": profit,
            "value_at_risk": value * none,
        }
    )


def enough_to_value(customers: pd.DataFrame) -> bool:
    """Whether there are enough customers, repeat buyers and days for values and decisions to rest on.

    Parameters
    ----------
    customers
        One row per customer_id: frequency, first_day, last_day.
    """
    days = (customers["last_day"].max() - customers["first_day"].min()).days
    repeaters = int((customers["frequency"] > 0).sum())
    return len(customers) >= VALUE_CUSTOMERS and repeaters >= VALUE_REPEATERS and days >= VALUE_DAYS


def fit_spend(summary: pd.DataFrame) -> GammaGamma | None:
    """Gamma-Gamma on the customers with repeat purchases; None below 30 of them, where everyone spends the mean."""
    repeaters = summary[(summary["frequency"] > 0) & (summary["monetary_value"] > 0)]
    return GammaGamma().fit(repeaters) if len(repeaters) >= VALUE_REPEATERS else None


def total_value(
    summary: pd.DataFrame,
    purchases: PurchaseProcess,
    spend: GammaGamma | None,
    used: UsedForecast,
    settings: ScoringSettings,
    random_state: int,
    common_errors: Sequence[float] = (),
) -> dict[str, float]:
    """Value of all customers together with its 90 % interval, by the forecast that won.

    With a model the interval holds the errors of the parameters and chance. A naive forecast has no parameters:
    its interval holds chance and the error of each customer's rate, both as if purchases were Poisson. Both are
    widened by what the forecast missed in total on past days, since times change for all customers at once.

    Parameters
    ----------
    summary, purchases, spend, used, settings
        As in :func:`score_values`.
    random_state
        Seed of the draws.
    common_errors
        Errors of the total on past days as shares, ``ForecastCheck.common_errors``: their root mean square, times the
        quantile of Student's t for so few of them, is the half width that they add (in squares).

    Returns
    -------
    dict
        value, low, high, in the currency of the data.
    """
    found = _without_common(summary, purchases, spend, used, settings, random_state)
    if not len(common_errors):
        return found
    errors = np.asarray(common_errors, dtype=np.float64)
    half = float(stdtrit(len(errors), 0.95)) * float(np.sqrt((errors**2).mean())) * found["value"]
    low = found["value"] - float(np.hypot(found["value"] - found["low"], half))
    high = found["value"] + float(np.hypot(found["high"] - found["value"], half))
    return {"value": found["value"], "low": max(low, 0.0), "high": high}


def _without_common(
    summary: pd.DataFrame,
    purchases: PurchaseProcess,
    spend: GammaGamma | None,
    used: UsedForecast,
    settings: ScoringSettings,
    random_state: int,
) -> dict[str, float]:
    """Of parameters and chance, customers independent."""
    if used.naive is None and spend is not None:
        found = value_interval(
            purchases,
            spend,
            summary,
            settings.value_horizon,
            settings.unit,
            settings.discount_rate_annual,
            settings.margin_rate,
            n_draws=50,
            random_state=random_state,
        )
        row = found[found["scope"] == "total"].iloc[0]
        return {name: float(row[name]) for name in ("value", "low", "high")}
    scores = score_values(summary, purchases, spend, used, settings)
    value = float(scores["value"].sum())
    age = np.maximum(summary["T"].to_numpy(), 1.0 / DAYS_PER_UNIT[settings.unit])
    rate_error = summary["frequency"].to_numpy() / age**2 * settings.value_horizon**2
    spread = float(np.sqrt(((scores["expected_purchases"] + rate_error) * scores["order_profit"] ** 2).sum()))
    return {"value": value, "low": max(value - NORMAL_90 * spread, 0.0), "high": value + NORMAL_90 * spread}

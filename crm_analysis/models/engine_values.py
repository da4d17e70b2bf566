"""Values of all customers as a table of the engine: models score purchase states, the engine joins them back.

What a million customers cost is what their distinct purchase states cost; customers never reach this process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crm_analysis.errors import ModelError
from crm_analysis.features import DAYS_PER_UNIT, Unit, per_customer, purchase_days
from crm_analysis.messages import _
from crm_analysis.models.gamma_gamma import GammaGamma
from crm_analysis.models.purchase_process import PurchaseProcess
from crm_analysis.warehouse import collect, keep

__all__ = ["EngineCustomers"]

_STATE = {"frequency": "int64", "recency_days": "int64", "T_days": "int64"}
_SCORES = ("probability_alive", "expected_purchases", "discounted_purchases")


@dataclass(frozen=True)
class EngineCustomers:
    """Customers with their purchase histories, kept in the engine; made by :meth:`of_lines`.

    Attributes
    ----------
    customers
        One row per customer_id: frequency, recency_days, T_days, monetary_value (currency, mean of the repeat
        purchases, 0 without one).
    unit
        Of the states and horizons.
    """

    customers: ir.Table
    unit: Unit = "week"

    @classmethod
    def of_lines(cls, lines: ir.Table, as_of: date, unit: Unit = "week") -> EngineCustomers:
        """Histories of all who bought until ``as_of``, computed once.

        Parameters
        ----------
        lines
            Order lines.
        as_of
            Last day observed; T runs until its end.
        unit
            Of the states and horizons.
        """
        found = per_customer(purchase_days(lines, as_of), as_of)
        repeat = (found["sales"] - found["first_amount"]) / found["frequency"].nullif(0)
        kept = found.select("customer_id", *_STATE, monetary_value=ibis.coalesce(repeat, 0.0))
        return cls(keep(kept), unit)

    def states(self) -> pd.DataFrame:
        """Distinct histories: frequency, recency and T (in ``unit``), customers; as ``purchase_states``."""
        counts = self.customers.group_by(*_STATE).aggregate(customers=self.customers.count())
        frame = collect(counts.order_by("T_days", "recency_days", "frequency"))
        days = DAYS_PER_UNIT[self.unit]
        columns = {
            "frequency": frame["frequency"],
            "recency": frame["recency_days"] / days,
            "T": frame["T_days"] / days,
        }
        return pd.DataFrame({**columns, "customers": frame["customers"]})

    def spend(self) -> pd.DataFrame:
        """What Gamma-Gamma is fitted on: frequency and monetary_value of each customer with repeat purchases."""
        repeat = self.customers.filter((self.customers["frequency"] > 0) & (self.customers["monetary_value"] > 0))
        return collect(repeat.select("frequency", "monetary_value"))

    def values(
        self,
        states: pd.DataFrame,
        purchases: PurchaseProcess,
        spend: GammaGamma,
        horizon: float,
        discount_rate_annual: float,
        margin_rate: float = 1.0,
    ) -> ir.Table:
        """Value of each customer over a horizon, as :func:`crm_analysis.models.customer_lifetime_value` gives it.

        Parameters
        ----------
        states
            From :meth:`states`.
        purchases, spend
            Fitted models.
        horizon
            In ``unit``.
        discount_rate_annual
            Per year, 0.10 for 10 %.
        margin_rate
            Profit per unit of spend.

        Returns
        -------
        ibis.expr.types.Table
            One row per customer_id: probability_alive, expected_purchases (not discounted), expected_spend (a
            purchase), value (discounted), the latter two in the currency of the data.

        Raises
        ------
        ModelError
            The mean spend of customers without a repeat purchase does not exist (q of Gamma-Gamma is 1 or less).
        """
        days = DAYS_PER_UNIT[self.unit]
        discounted = purchases.discounted_expected_purchases(states, horizon, discount_rate_annual, self.unit)
        scored = pd.DataFrame(
            {
                "_x": states["frequency"].to_numpy(),
                "_recency": np.rint(states["recency"] * days).astype("int64"),
                "_T": np.rint(states["T"] * days).astype("int64"),
                "probability_alive": purchases.probability_alive(states),
                "expected_purchases": purchases.expected_purchases(states, horizon),
                "discounted_purchases": discounted,
            }
        )
        kinds = {"_x": "int64", "_recency": "int64", "_T": "int64", **dict.fromkeys(_SCORES, "float64")}
        known = ibis.memtable(scored, schema=kinds)
        mine = self.customers
        same = {"frequency": "_x", "recency_days": "_recency", "T_days": "_T"}
        rows = mine.inner_join(known, [mine[name] == known[other] for name, other in same.items()])
        rows = rows.mutate(expected_spend=_expected_spend(rows, spend))
        value = rows["discounted_purchases"] * rows["expected_spend"] * margin_rate
        return rows.mutate(value=value).select(
            "customer_id", "probability_alive", "expected_purchases", "expected_spend", "value"
        )


def _expected_spend(rows: ir.Table, spend: GammaGamma) -> ir.FloatingValue:
    """Equation (5) of Gamma-Gamma; customers without a repeat purchase get the mean over all."""
    p, q, gamma = (float(spend.params_[name]) for name in ("p", "q", "gamma"))
    if q <= 1:
        raise ModelError(
            _(
                "With q = {q} the mean spend of {model} does not exist. Fit the model, or give q above 1.",
                q=f"{q:.3g}",
                model=spend.NAME,
            )
        )
    own = (rows["frequency"] >= 1) & (rows["monetary_value"] > 0)
    x = ibis.ifelse(own, rows["frequency"], 0).cast("float64")
    m = ibis.ifelse(own, rows["monetary_value"], 0.0)
    return p * (gamma + x * m) / (p * x + (q - 1.0))

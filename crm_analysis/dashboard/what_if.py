"""What if: more retention, another budget, another margin; the functions of the notebooks on the tables of a run.

The inputs of step 04 stand in the published tables (customer_scores, strategy_by_segment) and in the settings of the
manifest; those of a point of retention follow from the published claims, without rounding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from crm_analysis.config import DecisionSettings
from crm_analysis.dashboard.published import PublishedRun
from crm_analysis.decisions import (
    Assumptions,
    RetentionWorth,
    allocate,
    assumptions_from,
    option_values,
    recommended_budget,
    retention_worth,
    strategy_of_customers,
)
from crm_analysis.intervals import NORMAL_90

__all__ = ["BudgetAnswer", "WhatIf"]

_HALVINGS = 25
"""Of the price of money, as for the curve of step 04: the budget is met as closely, in half the time."""
_WITH_MARGIN = ("order_profit", "horizon_profit", "value")


@dataclass(frozen=True)
class BudgetAnswer:
    """What a budget would do, if the assumed effects hold.

    Attributes
    ----------
    spent
        Cost of the contacts and offers chosen (currency).
    profit
        Expected extra profit of all of them, after cost.
    customers
        Customers with a contact.
    price
        Profit that one more unit of money would bring.
    """

    spent: float
    profit: float
    customers: int
    price: float


@dataclass(frozen=True)
class _RetentionInputs:
    customers: int
    retained: int
    active: int
    profit_per_year: float
    profit_error: float


class WhatIf:
    """Answers of one published run; tables are read once, at the first question.

    Parameters
    ----------
    run
        A whole run.
    """

    def __init__(self, run: PublishedRun) -> None:
        self._run = run
        self._options: tuple[float, np.ndarray, np.ndarray] | None = None

    @property
    def margin(self) -> float:
        """Share of revenue that is profit, as the run had it."""
        return float(self._run.facts["margin"])

    @cached_property
    def scores(self) -> pd.DataFrame:
        """customer_scores: one row per customer_id."""
        return self._run.table("customer_scores")

    @cached_property
    def curve(self) -> pd.DataFrame:
        """budget_curve of the run."""
        return self._run.table("budget_curve")

    def curve_at(self, margin: float) -> pd.DataFrame:
        """The curve of the run at another margin, for the same choices: what they gain moves, what they cost stays."""
        moved = self.curve.copy()
        for name in ("expected_profit", "low", "high"):
            moved[name] = (moved[name] + moved["budget"]) * margin / self.margin - moved["budget"]
        return moved

    @cached_property
    def budget(self) -> float:
        """What the run chose to spend (currency)."""
        return float(self._run.facts["budget"])

    @property
    def recommended(self) -> float:
        """The smallest budget that brings nearly all profit to be had, as step 04 recommends it (currency)."""
        return recommended_budget(self.curve)

    @cached_property
    def assumptions(self) -> Assumptions:
        """Effects, costs and catalogue as the settings of the run gave them."""
        return assumptions_from(
            DecisionSettings.model_validate(self._run.settings.get("decisions") or {}), self._run.currency
        )

    @cached_property
    def _strategies(self) -> pd.DataFrame:
        return self._run.table("strategy_by_segment")

    @cached_property
    def item_profit(self) -> float | None:
        """Profit of one more item as step 03 used it for cross-selling; None where products are not known."""
        rows = self._strategies[self._strategies["strategy"] == "cross_sell"]
        return float(rows["profit_per_success"].iloc[0]) if len(rows) else None

    def value(self, margin: float) -> float:
        """Value of all customers over the run's horizon, if the margin were another one."""
        return float(self.scores["value"].sum()) * margin / self.margin

    def break_even(self, margin: float) -> pd.DataFrame:
        """What it takes to pay, if the margin were another one.

        Returns
        -------
        pandas.DataFrame
            One row per segment with a strategy: segment, strategy, customers, break_even_effect, assumed_effect, pays.
        """
        columns = ["segment", "strategy", "customers", "break_even_effect", "assumed_effect"]
        chosen = self._strategies.loc[self._strategies["chosen"], columns].copy()
        chosen["break_even_effect"] = chosen["break_even_effect"] * self.margin / margin
        return chosen.assign(pays=chosen["break_even_effect"] <= chosen["assumed_effect"]).reset_index(drop=True)

    def _priced(self, margin: float) -> tuple[np.ndarray, np.ndarray]:
        """Profit and cost of all options; those of the last margin are kept, because budgets are tried one by one."""
        if self._options is None or self._options[0] != margin:
            ratio = margin / self.margin
            scaled = self.scores.assign(**{name: self.scores[name] * ratio for name in _WITH_MARGIN})
            item = None if self.item_profit is None else self.item_profit * ratio
            strategy = strategy_of_customers(scaled, self._strategies)
            _options, profit, cost = option_values(scaled, strategy, self.assumptions, margin, item)
            self._options = (margin, profit, cost)
        return self._options[1:]

    def spend(self, budget: float, margin: float) -> BudgetAnswer:
        """Who would be contacted under a budget: the choice of step 04 with the run's strategies.

        Parameters
        ----------
        budget
            Money for all (currency).
        margin
            Share of revenue that is profit.
        """
        profit, cost = self._priced(margin)
        found = allocate(profit, cost, budget, steps=_HALVINGS)
        return BudgetAnswer(found.cost, found.profit, int((found.choice >= 0).sum()), found.price)

    @cached_property
    def _retention(self) -> _RetentionInputs | None:
        rows = self._run.table("claims").to_dict("records") if "claims" in self._run.tables else []
        claims = {str(row["claim"]): row for row in rows if pd.notna(row["value"])}
        if not {"annual_loss", "retention_point"} <= set(claims):
            return None
        loss, point = claims["annual_loss"], claims["retention_point"]
        active = int(loss["customers"])
        blank = _RetentionInputs(int(point["customers"]), round((1 - float(loss["value"])) * active), active, 1.0, 0.0)
        return self._solved(blank, float(point["value"]), (float(point["high"]) - float(point["low"])) / 2)

    def _solved(self, blank: _RetentionInputs, worth: float, half_width: float) -> _RetentionInputs:
        """The profit of a customer and its error that make a point of retention worth what the run published.

        The worth is linear in the profit, and its variance in the square of either error.
        """
        profit = worth / self._worth(blank, 1).extra_profit
        known = replace(blank, profit_per_year=profit)
        rest = half_width**2 - ((self._worth(known, 1).high - worth) ** 2)
        per_profit = self._worth(blank, 1).extra_profit * NORMAL_90
        return replace(known, profit_error=float(np.sqrt(max(rest, 0.0))) / per_profit)

    def _worth(self, given: _RetentionInputs, points: float) -> RetentionWorth:
        rate = float((self._run.settings.get("analysis") or {}).get("discount_rate_annual", 0.10))
        return retention_worth(**vars(given), points=points, discount_rate_annual=rate)

    def retention(self, points: float, margin: float) -> RetentionWorth | None:
        """What more retention would bring over three years; None where the run could not say it.

        Parameters
        ----------
        points
            By how many percentage points more customers stay each year.
        margin
            Share of revenue that is profit; the profit of a customer moves in proportion to it.
        """
        if self._retention is None:
            return None
        ratio = margin / self.margin
        given = replace(
            self._retention,
            profit_per_year=self._retention.profit_per_year * ratio,
            profit_error=self._retention.profit_error * ratio,
        )
        return self._worth(given, points)

    def retention_curve(self, margin: float, most: int = 10) -> pd.DataFrame:
        """Worth of each whole point of retention.

        Returns
        -------
        pandas.DataFrame
            One row per point: points, extra_profit, low, high; no rows where the run could not say it.
        """
        found = [(points, self.retention(points, margin)) for points in range(1, most + 1)]
        rows = [(points, w.extra_profit, w.low, w.high) for points, w in found if w is not None]
        return pd.DataFrame(rows, columns=["points", "extra_profit", "low", "high"])

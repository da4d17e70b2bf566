"""Step 4: who gets what under a budget. Multiple-choice knapsack by Lagrangian relaxation.

Each customer takes at most one option, an offer through a channel; doing nothing is an option. For a price
of money lambda every customer picks the option with the largest profit minus lambda times cost; lambda is
raised until the budget holds. The relaxation's bound says how far from the best that can be.

Sinha and Zoltners (1979), The multiple-choice knapsack problem, Operations Research 27(3), 503-515.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.decisions.assumptions import Assumptions, Offer
from crm_analysis.decisions.direction import profit_per_success

__all__ = [
    "Allocation",
    "allocate",
    "budget_curve",
    "offer_decisions",
    "option_values",
    "recommended_budget",
    "strategy_of_customers",
]

FloatArray = npt.NDArray[np.float64]
MAX_EFFECT = 0.5


@dataclass(frozen=True)
class Allocation:
    """Who takes which option.

    Attributes
    ----------
    choice
        Per customer the number of the option, -1 for nothing.
    profit, cost
        Of all choices together.
    bound
        No allocation within the budget has a larger profit.
    price
        The last lambda: profit that one more unit of money would bring.
    """

    choice: npt.NDArray[np.int64]
    profit: float
    cost: float
    bound: float
    price: float

    @property
    def gap(self) -> float:
        """Relative distance to the bound."""
        return 0.0 if self.bound <= 0 else max(0.0, (self.bound - self.profit) / self.bound)


def _pick(profit: FloatArray, cost: FloatArray, price: float) -> tuple[npt.NDArray[np.int64], float, float, float]:
    net = profit - price * cost
    best = net.argmax(axis=1)
    rows = np.arange(len(net))
    gain = net[rows, best]
    taken = gain > 0
    choice = np.where(taken, best, -1)
    total = float(profit[rows, best][taken].sum())
    spent = float(cost[rows, best][taken].sum())
    return choice, total, spent, float(gain[taken].sum())


def allocate(profit: FloatArray, cost: FloatArray, budget: float | None, steps: int = 40) -> Allocation:
    """Choose at most one option per customer.

    Parameters
    ----------
    profit
        Customers x options: expected extra profit after cost; -inf where an option is not allowed.
    cost
        Customers x options: expected cost, not negative.
    budget
        Money for all; None for no limit.
    steps
        Halvings of the interval that lambda lies in.
    """
    cost = np.where(np.isfinite(profit), cost, 0.0)
    choice, total, spent, gained = _pick(profit, cost, 0.0)
    if budget is None or spent <= budget:
        return Allocation(choice, total, spent, total, 0.0)
    low, high = 0.0, 1.0
    while _pick(profit, cost, high)[2] > budget:
        low, high = high, high * 4
    bound = total
    for _step in range(steps):
        middle = (low + high) / 2
        spent, gained = _pick(profit, cost, middle)[2:]
        bound = min(bound, gained + middle * budget)
        low, high = (middle, high) if spent > budget else (low, middle)
    choice, total, spent, gained = _pick(profit, cost, high)
    bound = min(bound, gained + high * budget)
    return _filled(profit, cost, budget, Allocation(choice, total, spent, bound, high))


def _filled(profit: FloatArray, cost: FloatArray, budget: float, found: Allocation) -> Allocation:
    """Spend what is left on the untouched customers' best options that still fit."""
    idle = np.flatnonzero(found.choice < 0)
    if not len(idle):
        return found
    best = np.where(profit[idle] > 0, profit[idle], -np.inf).argmax(axis=1)
    gain, price = profit[idle, best], cost[idle, best]
    order = np.argsort(-(gain / np.maximum(price, 1e-12)))
    order = order[gain[order] > 0]
    fits = np.cumsum(price[order]) <= budget - found.cost
    chosen = order[fits]
    choice = found.choice.copy()
    choice[idle[chosen]] = best[chosen]
    return Allocation(
        choice,
        found.profit + float(gain[chosen].sum()),
        found.cost + float(price[chosen].sum()),
        found.bound,
        found.price,
    )


def option_values(
    scores: pd.DataFrame, strategy: pd.Series, assumptions: Assumptions, margin_rate: float, item_profit: float | None
) -> tuple[list[tuple[Offer, str]], FloatArray, FloatArray]:
    """Expected profit and cost of every offer through every channel for every customer.

    An offer also costs where the customer would have bought anyway, and is counted so.

    Parameters
    ----------
    scores
        customer_scores.
    strategy
        The segment's strategy per customer, missing where none was chosen.
    assumptions
        Effects, costs, catalogue.
    margin_rate
        To turn the profit of an order back into its amount.
    item_profit
        Profit of one more item.

    Returns
    -------
    tuple
        Options (offer, channel); profit and cost, customers x options; profit is -inf where not allowed.
    """
    worth = np.zeros(len(scores))
    effect = np.zeros(len(scores))
    for name, base in assumptions.effects.items():
        mask = (strategy == name).to_numpy()
        worth[mask] = profit_per_success(scores[mask], name, item_profit)
        effect[mask] = base
    amount = scores["order_profit"].to_numpy() / margin_rate
    anyway = scores["probability_buying"].to_numpy()
    options = [(offer, channel) for offer in assumptions.offers for channel in assumptions.channel_costs]
    profit = np.full((len(scores), len(options)), -np.inf)
    cost = np.zeros_like(profit)
    none = strategy.isna().to_numpy()
    for number, (offer, channel) in enumerate(options):
        acts = np.minimum(effect * offer.factor * assumptions.channel_factors[channel], MAX_EFFECT)
        uses = np.minimum(anyway + acts, 1.0)
        cost[:, number] = assumptions.channel_costs[channel] + uses * (offer.cost + offer.cost_share * amount)
        allowed = ~none
        if offer.segments:
            allowed &= scores["segment"].isin(offer.segments).to_numpy()
        profit[allowed, number] = (acts * worth - cost[:, number])[allowed]
    return options, profit, cost


def offer_decisions(
    scores: pd.DataFrame,
    strategy: pd.Series,
    options: list[tuple[Offer, str]],
    profit: FloatArray,
    cost: FloatArray,
    found: Allocation,
) -> pd.DataFrame:
    """The decision of each customer with its reason.

    Returns
    -------
    pandas.DataFrame
        One row per customer_id: segment, strategy, offer, kind, channel, cost, expected_profit (if the
        assumptions hold), reason (``best_net``, ``nothing_pays``, ``no_strategy`` or ``over_budget``).
    """
    names = np.array([offer.name for offer, _channel in options] + ["none"], dtype=object)
    kinds = np.array([offer.kind for offer, _channel in options] + ["none"], dtype=object)
    channels = np.array([channel for _offer, channel in options] + ["none"], dtype=object)
    taken = found.choice >= 0
    rows = np.arange(len(scores))
    pays = np.isfinite(profit).any(axis=1) & (np.where(np.isfinite(profit), profit, -1.0).max(axis=1) > 0)
    reason = np.select(
        [taken, strategy.isna().to_numpy(), pays], ["best_net", "no_strategy", "over_budget"], default="nothing_pays"
    )
    return pd.DataFrame(
        {
            "customer_id": scores["customer_id"].to_numpy(),
            "segment": scores["segment"].to_numpy(),
            "strategy": strategy.fillna("none").to_numpy(),
            "offer": names[found.choice].astype(str),
            "kind": kinds[found.choice].astype(str),
            "channel": channels[found.choice].astype(str),
            "cost": np.where(taken, cost[rows, found.choice], 0.0),
            "expected_profit": np.where(taken, np.where(np.isfinite(profit), profit, 0.0)[rows, found.choice], 0.0),
            "reason": reason.astype(str),
        }
    )


def budget_curve(profit: FloatArray, cost: FloatArray, points: int = 25) -> pd.DataFrame:
    """Expected extra profit against money spent, from nothing to all that pays.

    Returns
    -------
    pandas.DataFrame
        budget, expected_profit, customers, low and high: profit if the assumed effects were half and one and
        a half times as strong, for the same choices.
    """
    full = allocate(profit, cost, None)
    rows = [(0.0, 0.0, 0, 0.0, 0.0)]
    for share in np.linspace(0, 1, points)[1:] ** 2:
        found = allocate(profit, cost, full.cost * float(share), steps=25)
        gross = found.profit + found.cost
        taken = int((found.choice >= 0).sum())
        rows.append((found.cost, found.profit, taken, 0.5 * gross - found.cost, 1.5 * gross - found.cost))
    frame = pd.DataFrame(rows, columns=["budget", "expected_profit", "customers", "low", "high"])
    return frame.drop_duplicates("budget", ignore_index=True)


def recommended_budget(curve: pd.DataFrame, share: float = 0.95) -> float:
    """The smallest budget that brings ``share`` of all the profit to be had."""
    if curve["expected_profit"].max() <= 0:
        return 0.0
    return float(curve.loc[curve["expected_profit"] >= share * curve["expected_profit"].max(), "budget"].min())


def strategy_of_customers(scores: pd.DataFrame, strategies: pd.DataFrame) -> pd.Series:
    """The chosen strategy of each customer's segment, missing where none was chosen."""
    chosen = strategies[strategies["chosen"]].set_index("segment")["strategy"]
    return scores["segment"].map(chosen).rename("strategy")

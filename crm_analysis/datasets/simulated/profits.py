"""What orders truly leave: net price less cost, by product and by person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.catalogue import CATEGORIES, PER_CATEGORY, VAT, Catalogue
from crm_analysis.datasets.simulated.orders import (
    CANCELLED,
    COUPON,
    FAVOURITE,
    FURTHER_LINES,
    FURTHER_PIECES,
    RETURNED,
    WHOLESALE_PIECES,
    favourites,
)
from crm_analysis.datasets.simulated.people import People

__all__ = ["OrderProfit", "order_profit", "true_margins"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class OrderProfit:
    """What an order of each person is expected to leave, in won: before any coupon, and what a coupon takes away."""

    profit: FloatArray
    coupon: FloatArray


def true_margins(catalogue: Catalogue) -> pd.DataFrame:
    """Net price (without VAT, mean over the quarters), cost with waste, and margin of each product."""
    net = _net_prices(catalogue)
    return pd.DataFrame(
        {
            "product_id": catalogue.products["product_id"],
            "net_price": net,
            "unit_cost": catalogue.costs,
            "margin": 1 - catalogue.costs / net,
        }
    )


def order_profit(people: People, catalogue: Catalogue) -> OrderProfit:
    """Expected over what the person puts on an order, returns and cancellations; a product stands on it once."""
    shares = np.diff(people.taste, axis=1, prepend=0.0)
    ranks = np.arange(PER_CATEGORY)
    popular = np.where(ranks < PER_CATEGORY - 1, np.log((ranks + 2) / (ranks + 1)), 0.0) / np.log(PER_CATEGORY)
    chance = np.repeat(shares, PER_CATEGORY, axis=1) * np.tile((1 - FAVOURITE) * popular, len(CATEGORIES))
    person = np.repeat(np.arange(len(people)), len(CATEGORIES))
    category = np.tile(np.arange(len(CATEGORIES)), len(people))
    mine = category * PER_CATEGORY + favourites(people.number[person], category)
    np.add.at(chance, (person, mine), FAVOURITE * shares.ravel())
    stands = 1 - (1 - chance) * np.exp(-FURTHER_LINES * chance)
    pieces = 1 + FURTHER_PIECES + np.where(people.wholesale, WHOLESALE_PIECES, 0.0)
    back = np.array([RETURNED["store"], RETURNED["web"], sum(RETURNED.values()) / 2])[people.habit]
    kept = pieces * (1 - CANCELLED) * (1 - back)
    net = _net_prices(catalogue)
    return OrderProfit(stands @ (net - catalogue.costs) * kept, COUPON * (stands @ net) * kept)


def _net_prices(catalogue: Catalogue) -> FloatArray:
    taxed = catalogue.products["taxed"].to_numpy()
    return np.asarray(catalogue.prices.mean(axis=1) / np.where(taxed, 1 + VAT, 1.0))

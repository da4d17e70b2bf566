"""What the shop sells: categories, products, prices over time, costs, stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.datasets.simulated.calendar import FIRST_DAY

__all__ = ["CATEGORIES", "PER_CATEGORY", "VAT", "Catalogue", "make_catalogue"]

CATEGORIES = {
    "Coffee and tea": (14_000, 0.42, True, 0.01),
    "Bakery": (6_000, 0.38, True, 0.08),
    "Fruit and vegetables": (9_000, 0.30, False, 0.10),
    "Ready meals": (11_000, 0.34, True, 0.05),
    "Snacks": (5_000, 0.40, True, 0.01),
    "Drinks": (8_000, 0.36, True, 0.01),
    "Household": (12_000, 0.33, True, 0.01),
    "Kitchenware": (32_000, 0.48, True, 0.01),
    "Skin care": (27_000, 0.55, True, 0.01),
    "Baby": (24_000, 0.25, True, 0.01),
    "Pets": (19_000, 0.31, True, 0.01),
    "Stationery": (7_000, 0.45, True, 0.01),
}
"""Typical price in won, margin of the net price before waste, whether VAT is in it, and how much is thrown away."""

PER_CATEGORY = 20
_PRICE_STEP = 0.06
DEARER, DEARER_QUARTERS = 0.16, (4, 7, 10)
"""By how much the prices of two categories rise at once, and in which quarters since the data begins."""
NO_COST = 0.10
"""Share of products whose cost the shop has not written down."""
SOLD_OUT = 0.025
"""Share of products that are not to be had in a quarter."""
VAT = 0.10


@dataclass(frozen=True)
class Catalogue:
    """Products with their prices.

    Attributes
    ----------
    products
        One row per product: the contract's columns and popularity, taxed.
    prices
        Products x quarters, in won.
    available
        Products x quarters: whether there is any to sell.
    booked
        Cost of one piece as the shop's books have it, in won; NaN where they do not.
    costs
        What a piece that is sold truly costs: as booked, and the waste.
    quarters
        First week of each quarter.
    """

    products: pd.DataFrame
    prices: npt.NDArray[np.float64]
    available: npt.NDArray[np.bool_]
    booked: npt.NDArray[np.float64]
    costs: npt.NDArray[np.float64]
    quarters: npt.NDArray[np.int64]

    def price_table(self, weeks: int) -> pd.DataFrame:
        """``product_prices``: one row per product and quarter."""
        rows = []
        ids = self.products["product_id"].to_numpy()
        for number, week in enumerate(self.quarters):
            last = self.quarters[number + 1] if number + 1 < len(self.quarters) else weeks
            rows.append(
                pd.DataFrame(
                    {
                        "product_id": ids,
                        "valid_from": FIRST_DAY + timedelta(days=7 * int(week)),
                        "valid_to": FIRST_DAY + timedelta(days=7 * int(last) - 1),
                        "price": self.prices[:, number],
                        "available": self.available[:, number],
                    }
                )
            )
        return pd.concat(rows, ignore_index=True)


def make_catalogue(weeks: int, rng: np.random.Generator) -> Catalogue:
    """The products of the shop, with prices that rise now and then."""
    names, kinds, sub, price, margin, taxed, waste = [], [], [], [], [], [], []
    for category, (typical, share, with_tax, thrown_away) in CATEGORIES.items():
        for number in range(PER_CATEGORY):
            names.append(f"{category} {number + 1:02}")
            kinds.append(category)
            sub.append(f"{category} {'ABCD'[number % 4]}")
            price.append(typical * float(np.exp(0.35 * rng.standard_normal())))
            margin.append(float(np.clip(share + 0.05 * rng.standard_normal(), 0.08, 0.7)))
            taxed.append(with_tax)
            waste.append(thrown_away)
    base = np.array(price)
    quarters = np.arange(0, weeks, 13)
    rises = (rng.random((len(base), len(quarters))) < 0.22) * _PRICE_STEP
    rises[:, 0] = 0
    dear = rng.permutation(len(CATEGORIES)).repeat(PER_CATEGORY)
    for turn, quarter in enumerate(DEARER_QUARTERS):
        rises[dear // 2 == turn, quarter : quarter + 1] += DEARER
    prices = np.maximum(np.round(base[:, None] * np.exp(np.cumsum(rises, axis=1)) / 100) * 100, 100.0)
    net = prices[:, 0] / np.where(taxed, 1 + VAT, 1.0)
    costs = np.maximum(np.round(net * (1 - np.array(margin)) / 10) * 10, 10.0)
    booked = np.where(rng.random(len(base)) < NO_COST, np.nan, costs)
    available = rng.random(prices.shape) >= SOLD_OUT
    rank = np.tile(np.arange(1, PER_CATEGORY + 1), len(CATEGORIES))
    products = pd.DataFrame(
        {
            "product_id": [f"P{n:04}" for n in range(len(names))],
            "name": names,
            "category": kinds,
            "subcategory": sub,
            "brand": [f"Brand {'KLMNO'[n % 5]}" for n in range(len(names))],
            "list_price": prices[:, -1],
            "unit_cost": booked,
            "popularity": 1.0 / rank,
            "taxed": taxed,
        }
    )
    return Catalogue(products, prices, available, booked, costs * (1 + np.array(waste)), quarters)

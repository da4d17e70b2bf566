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
    "Coffee and tea": (14_000, 0.42, True),
    "Bakery": (6_000, 0.38, True),
    "Fruit and vegetables": (9_000, 0.30, False),
    "Ready meals": (11_000, 0.34, True),
    "Snacks": (5_000, 0.40, True),
    "Drinks": (8_000, 0.36, True),
    "Household": (12_000, 0.33, True),
    "Kitchenware": (32_000, 0.48, True),
    "Skin care": (27_000, 0.55, True),
    "Baby": (24_000, 0.25, True),
    "Pets": (19_000, 0.31, True),
    "Stationery": (7_000, 0.45, True),
}
"""Typical price in won, margin of the net price, and whether VAT is in it."""

PER_CATEGORY = 20
_PRICE_STEP = 0.06
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
    costs
        Of one piece, per product, in won.
    quarters
        First week of each quarter.
    """

    products: pd.DataFrame
    prices: npt.NDArray[np.float64]
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
                        "available": (np.arange(len(ids)) * 7 + number * 13) % 41 != 0,
                    }
                )
            )
        return pd.concat(rows, ignore_index=True)


def make_catalogue(weeks: int, rng: np.random.Generator) -> Catalogue:
    """The products of the shop, with prices that rise now and then."""
    names, kinds, sub, price, margin, taxed = [], [], [], [], [], []
    for category, (typical, share, with_tax) in CATEGORIES.items():
        for number in range(PER_CATEGORY):
            names.append(f"{category} {number + 1:02}")
            kinds.append(category)
            sub.append(f"{category} {'ABCD'[number % 4]}")
            price.append(typical * float(np.exp(0.35 * rng.standard_normal())))
            margin.append(float(np.clip(share + 0.05 * rng.standard_normal(), 0.08, 0.7)))
            taxed.append(with_tax)
    base = np.array(price)
    quarters = np.arange(0, weeks, 13)
    rises = (rng.random((len(base), len(quarters))) < 0.22) * _PRICE_STEP
    rises[:, 0] = 0
    prices = np.maximum(np.round(base[:, None] * np.exp(np.cumsum(rises, axis=1)) / 100) * 100, 100.0)
    net = prices[:, 0] / np.where(taxed, 1 + VAT, 1.0)
    costs = np.maximum(np.round(net * (1 - np.array(margin)) / 10) * 10, 10.0)
    rank = np.tile(np.arange(1, PER_CATEGORY + 1), len(CATEGORIES))
    products = pd.DataFrame(
        {
            "product_id": [f"P{n:04}" for n in range(len(names))],
            "name": names,
            "category": kinds,
            "subcategory": sub,
            "brand": [f"Brand {'KLMNO'[n % 5]}" for n in range(len(names))],
            "list_price": prices[:, -1],
            "unit_cost": costs,
            "popularity": 1.0 / rank,
            "taxed": taxed,
        }
    )
    return Catalogue(products, prices, costs, quarters)

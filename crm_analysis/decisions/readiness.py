"""Which parts of the report the data can answer, and what each other part needs."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

__all__ = ["PARTS", "readiness"]

PARTS: tuple[tuple[str, str, str], ...] = (
    ("value", "02", "order_lines.customer_id"),
    ("profit", "02", "order_lines.unit_cost"),
    ("returns", "00", "order_lines.quantity"),
    ("products", "05", "order_lines.product_id"),
    ("categories", "05", "products.category"),
    ("channels", "02", "order_lines.channel"),
    ("demographics", "02", "customers.customer_id"),
    ("new_customers", "02", "customers.joined_at"),
    ("campaigns", "07", "campaign_targets.campaign_id"),
    ("offers", "04", "offers.cost"),
    ("consent", "06", "consents.granted"),
    ("goals", "01", "goals.target"),
    ("wallet", "01", "category_spend.amount"),
    ("competitors", "01", "competitors.name"),
    ("feedback", "02", "feedback.score"),
)
"""Part, step that shows it, and the table and column that switch it on."""

NOT_ANALYSED = frozenset(
    {
        "categories",
        "demographics",
        "offers",
    }
)
"""Parts whose tables are loaded and cleaned, but which no step works on yet."""


def readiness(filled: Callable[[str, str], bool]) -> pd.DataFrame:
    """Hold every part against the data.

    Parameters
    ----------
    filled
        Whether a column of a table has any value; False for a table that is not there.

    Returns
    -------
    pandas.DataFrame
        One row per part: part, step, ready, needs (``table.column``), loaded (the data is there, whether a step
        works on it or not).
    """
    rows = []
    for part, step, needs in PARTS:
        loaded = filled(*needs.split("."))
        rows.append((part, step, loaded and part not in NOT_ANALYSED, needs, loaded))
    return pd.DataFrame(rows, columns=["part", "step", "ready", "needs", "loaded"])

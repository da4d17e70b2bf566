"""Preferences beyond chance: planted ones are found, chance is left alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from crm_analysis.features import preference_profiles
from crm_analysis.warehouse import Engine, Warehouse

AS_OF = date(2024, 12, 31)
PRODUCTS = pd.DataFrame({"product_id": [f"p{i}" for i in range(12)], "category": list("aabbccddeeff")})


def _random(customers: int, days: int) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    n = customers * days
    return pd.DataFrame(
        {
            "customer_id": np.repeat([f"c{i:03}" for i in range(customers)], days),
            "ordered_at": np.tile(pd.date_range("2024-01-01", periods=days, freq="8D"), customers),
            "product_id": PRODUCTS["product_id"].to_numpy()[rng.integers(0, len(PRODUCTS), n)],
            "channel": rng.choice(["web", "store"], n),
            "discount": rng.choice([0.0, 1.0], n),
            "quantity": 1.0,
            "amount": 10.0 + rng.random(n),
            "netted": False,
        }
    )


def test_planted_preferences_are_found_and_chance_is_not(engine: Engine, tmp_path: Path) -> None:
    place = Warehouse(tmp_path, engine)
    place.write_frame("products", PRODUCTS)
    lines = _random(150, 30)
    place.write_frame("order_lines", lines)
    none = preference_profiles(place.read("order_lines"), place.read("products"), AS_OF)
    assert none["customer_id"].nunique() <= 3, "about one in a hundred at most"
    fond = lines["customer_id"].isin([f"c{i:03}" for i in range(30)])
    lines.loc[fond, "product_id"] = np.where(np.arange(fond.sum()) % 3 > 0, "p0", lines.loc[fond, "product_id"])
    place.write_frame("order_lines", lines)
    found = preference_profiles(place.read("order_lines"), place.read("products"), AS_OF)
    category = found[(found["trait"] == "category") & (found["value"] == "a")]
    assert set(category["customer_id"]) >= set(lines.loc[fond, "customer_id"])
    assert (category["low"] > category["usual"]).all()
    bare = preference_profiles(place.read("order_lines").drop("product_id", "channel", "discount"), None, AS_OF)
    assert set(bare["trait"]) <= {"weekday"}

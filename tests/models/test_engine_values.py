"""Values computed in the engine are those of the frame, on either engine."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_analysis.errors import ModelError
from crm_analysis.features import customer_summary, purchase_states
from crm_analysis.models import BetaGeoNBD, EngineCustomers, GammaGamma, customer_lifetime_value
from crm_analysis.warehouse import Engine, Warehouse, collect

AS_OF = date(2024, 12, 31)
PURCHASES = BetaGeoNBD.from_params(r=0.6, alpha=5.0, a=0.8, b=2.4)
SPEND = GammaGamma.from_params(p=6.2, q=3.7, gamma=15.4)


def _lines(customers: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    counts = rng.negative_binomial(0.8, 0.2, customers) + 1
    who = np.repeat(np.arange(customers), counts)
    at = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 366 * 86_400, len(who)), unit="s")
    return pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in who],
            "ordered_at": at,
            "order_id": [f"o{n}" for n in range(len(who))],
            "amount": np.round(rng.gamma(2.0, 20.0, len(who)), 2),
            "line_kind": "sale",
            "netted": False,
        }
    )


@pytest.mark.parametrize("unit", ["day", "week"])
def test_values_equal_those_of_the_frame(tmp_path: Path, engine: Engine, unit: str) -> None:
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("lines", _lines(3_000, seed=3))
    lines = warehouse.read("lines")
    customers = EngineCustomers.of_lines(lines, AS_OF, unit)
    states = customers.states()
    pd.testing.assert_frame_equal(states, purchase_states(lines, AS_OF, unit))
    horizon = 365.0 if unit == "day" else 365 / 7
    purchases = PURCHASES if unit == "week" else BetaGeoNBD.from_params(r=0.6, alpha=35.0, a=0.8, b=2.4)
    table = customers.values(states, purchases, SPEND, horizon, 0.1, margin_rate=0.3)
    warehouse.write("values", table)
    found = collect(warehouse.read("values")).sort_values("customer_id", ignore_index=True)
    summary = customer_summary(lines, AS_OF, unit)
    wanted = customer_lifetime_value(purchases, SPEND, summary, horizon, unit, 0.1, 0.3)
    wanted["probability_alive"] = purchases.probability_alive(summary)
    assert len(found) == len(summary) == 3_000
    for name in ("probability_alive", "expected_purchases", "expected_spend", "value"):
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-9, err_msg=name)


def test_gamma_gamma_is_fitted_on_customers(tmp_path: Path, engine: Engine) -> None:
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("lines", _lines(1_000, seed=5))
    lines = warehouse.read("lines")
    mine = GammaGamma().fit(EngineCustomers.of_lines(lines, AS_OF).spend())
    summary = customer_summary(lines, AS_OF)
    wanted = GammaGamma().fit(summary[summary["frequency"] > 0])
    np.testing.assert_allclose(mine.params_, wanted.params_, rtol=1e-6)


def test_a_mean_that_does_not_exist_is_said(tmp_path: Path, engine: Engine) -> None:
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("lines", _lines(50, seed=5))
    customers = EngineCustomers.of_lines(warehouse.read("lines"), AS_OF)
    with pytest.raises(ModelError, match=r"With q = 0\.9 the mean spend"):
        customers.values(customers.states(), PURCHASES, GammaGamma.from_params(p=6.2, q=0.9, gamma=15.4), 52, 0.1)

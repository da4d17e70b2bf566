"""Order lines never reach this process: what is collected grows with customers, not with lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from ibis.expr.types.core import Expr

from crm_analysis import features
from crm_analysis.features.baskets import customer_items
from crm_analysis.project import open_project
from crm_analysis.warehouse import Engine

CUSTOMERS = 40
LINES_EACH = 50
AT_MOST = 4 * CUSTOMERS
"""A frame may hold one row per day (91), or per customer and item (three of them), never one per line."""


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> Iterator[list[int]]:
    """Rows of everything that left the engine, through any door."""
    sizes: list[int] = []

    def counting(owner: Any, name: str) -> None:
        plain = getattr(owner, name)

        def wrapped(*args: Any, **more: Any) -> Any:
            result = plain(*args, **more)
            sizes.append(len(result) if hasattr(result, "__len__") else 1)
            return result

        monkeypatch.setattr(owner, name, wrapped)

    for name in ("execute", "to_pandas", "to_pyarrow", "to_polars"):
        for owner in (Expr, ir.Table):
            if name in vars(owner):
                counting(owner, name)
    counting(pq, "read_table")
    counting(pd, "read_parquet")
    if engine.name == "pyspark":
        frame = type(engine.connection._session.range(1))
        counting(frame, "toPandas")
        counting(frame, "collect")
    yield sizes


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    rng = np.random.default_rng(8)
    n = CUSTOMERS * LINES_EACH
    lines = pd.DataFrame(
        {
            "customer_id": np.repeat([f"c{i:03d}" for i in range(CUSTOMERS)], LINES_EACH),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 91, n), unit="D"),
            "order_id": rng.permutation(n),
            "product_id": rng.choice(["p1", "p2", "p3"], n),
            "amount": rng.gamma(2, 10, n).round(2),
        }
    )
    back = lines.sample(40, random_state=1)
    lines = pd.concat([lines, back.assign(amount=-back["amount"], order_id=-back["order_id"] - 1)])
    lines.to_csv(tmp_path / "lines.csv", index=False)
    file = tmp_path / "crm.toml"
    file.write_text('[project]\nname = "driver"\n[sources.order_lines]\npath = "lines.csv"\n', encoding="utf-8")
    return file


def test_no_frame_is_as_long_as_the_lines(engine: Engine, settings: Path, collected: list[int]) -> None:
    project = open_project(settings, engine=engine)
    built = project.build()
    ledger = built.cleaning_ledger.set_index("rule")
    assert ledger.loc["kept", "rows"] == CUSTOMERS * LINES_EACH + 40
    lines, as_of, first = project.table("order_lines"), date(2024, 3, 31), date(2024, 1, 1)
    assert features.period(lines)[1] <= as_of
    summary = features.customer_summary(lines, as_of)
    assert len(summary) == CUSTOMERS
    features.purchase_states(lines, as_of)
    features.customer_facts(lines, as_of)
    features.revenue_by_period(lines, as_of, first)
    features.cohorts(lines, as_of)
    features.gaps(lines, as_of)
    halves = (first, date(2024, 2, 15)), (date(2024, 2, 16), as_of)
    features.growth_bridge(lines, summary[["customer_id", "first_day"]], *halves)
    features.first_purchases(lines, as_of)
    features.purchases_in(lines, date(2024, 2, 15), as_of)
    features.weekly_purchases(lines, date(2024, 2, 15), as_of)
    owned = customer_items(features.item_lines(lines, None, as_of))
    names = features.items(owned)["item"].tolist()
    assert len(features.items_of_customers(owned, names)) == 3 * CUSTOMERS
    features.item_pairs(owned, names)
    features.item_profit(lines, 0.3)
    assert len(collected) > 20, "the counter saw the calls"
    assert max(collected) >= CUSTOMERS
    assert max(collected) <= AT_MOST, "order lines reached this process"

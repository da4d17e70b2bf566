"""Goals and where they go; rivals as they were entered."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_analysis.decisions import brands_of, competitor_grid, goal_states, measured_now, own_name, top_share
from crm_analysis.warehouse import Warehouse, open_engine

FIRST, AS_OF = date(2022, 1, 1), date(2023, 12, 31)


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A hundred customers buy every second month; from July 2023 on thirty of them stop."""
    folder: Path = tmp_path_factory.mktemp("goals")
    warehouse = Warehouse(folder, open_engine("duckdb"))
    rows = []
    for month in pd.date_range("2022-01-05", "2023-12-05", freq="2MS"):
        stop = month >= pd.Timestamp("2023-07-01")
        rows += [(f"c{i}", month + pd.Timedelta(days=4), 10.0, "sale", False) for i in range(30 if stop else 0, 100)]
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount", "line_kind", "netted"])
    warehouse.write_frame("order_lines", frame.assign(order_id=[f"o{i}" for i in frame.index]))
    return warehouse.read("order_lines")


def _goals(*rows: tuple[str, str, float, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["goal", "metric", "target", "due_on"]).assign(start=None)


def test_goals_at_this_pace(lines: object) -> None:
    found = goal_states(_goals(("sell more", "revenue", 6000.0, "2024-12-31")), lines, FIRST, AS_OF)  # type: ignore[arg-type]
    assert found is not None
    row = found.iloc[0]
    earlier = 6000.0
    assert row["now"] == pytest.approx(100 * 10 * 3 + 70 * 10 * 3)
    assert row["at_pace"] == pytest.approx(row["now"] + (row["now"] - earlier) * 366 / 182)
    assert row["state"] == "behind"


def test_reached_overdue_unknown_and_known_elsewhere(lines: object) -> None:
    goals = _goals(
        ("a", "active_customers", 50.0, "2024-06-30"),
        ("b", "revenue", 1e9, "2023-06-30"),
        ("c", "wishes", 1.0, "2024-06-30"),
        ("d", "customer_share", 0.5, "2024-06-30"),
    )
    found = goal_states(goals, lines, FIRST, AS_OF, {"customer_share": 0.4})  # type: ignore[arg-type]
    assert found is not None
    assert found.set_index("goal")["state"].to_dict() == {"a": "reached", "b": "overdue", "c": "unknown", "d": "behind"}
    assert np.isnan(found.set_index("goal").loc["c", "now"])


def test_a_loss_is_better_when_lower(lines: object) -> None:
    goals = _goals(("keep", "annual_loss", 0.2, "2024-06-30"))
    found = goal_states(goals, lines, FIRST, AS_OF)  # type: ignore[arg-type]
    assert found is not None
    assert found.iloc[0]["now"] == 0.0
    assert found.iloc[0]["state"] == "reached"


def test_no_goals_and_what_could_be_measured(lines: object) -> None:
    assert goal_states(None, lines, FIRST, AS_OF) is None  # type: ignore[arg-type]
    found = measured_now(lines, FIRST, AS_OF)  # type: ignore[arg-type]
    assert set(found["metric"]) == {
        "repeat_rate", "annual_loss", "revenue", "order_value", "new_customers", "active_customers",
    }  # fmt: skip
    assert (found["low"] <= found["now"]).all()


RIVALS = pd.DataFrame(
    {
        "name": ["Our shop", "Big", "Fast", "Our shop", "Big", "Fast"],
        "criterion": ["price"] * 3 + ["range"] * 3,
        "score": [3.0, 5.0, 5.0, 4.0, 3.0, 2.0],
        "customer_share": [None, 0.1, 0.3, None, 0.1, 0.3],
        "as_of": pd.to_datetime(["2024-01-01", "2023-05-01", "2024-01-01"] * 2),
    }
)


def test_rivals_by_criterion() -> None:
    grid = competitor_grid(RIVALS, "any name")
    assert grid is not None
    first = grid.iloc[0]
    assert (first["criterion"], first["rival"], first["gap"]) == ("price", "Fast", -2.0)
    assert first["as_of"] == pd.Timestamp("2023-05-01")
    assert grid.set_index("criterion").loc["range", "gap"] == 1.0


def test_our_own_shop_by_name_or_not_at_all() -> None:
    assert own_name(RIVALS, "big") == "Big"
    assert own_name(RIVALS, "corner") == "Our shop"
    others = RIVALS[RIVALS["name"] != "Our shop"]
    assert own_name(others, "corner") is None
    grid = competitor_grid(others.drop(columns=["customer_share", "as_of"]), "corner")
    assert grid is not None
    assert grid["ours"].isna().all()
    assert competitor_grid(None, "corner") is None
    assert competitor_grid(RIVALS.head(0), "corner") is None


def test_counts_that_tell_the_network() -> None:
    assert top_share(pd.Series([90.0, *[1.0] * 20])) == pytest.approx(99 / 110)
    assert top_share(pd.Series([-5.0, 0.0])) == 0.0
    assert brands_of(pd.DataFrame({"brand": ["x", "y", "x", None]})) == 2
    assert brands_of(None) == 0

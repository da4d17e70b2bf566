"""The sorted copy of all events: in order, made once a build, stale after the next."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from crm_analysis.features import timeline
from crm_analysis.warehouse import Engine, Warehouse, collect
from crm_analysis.workflow.event_table import EVENTS, event_sources, write_events


def _lines(*customers: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": list(customers),
            "ordered_at": pd.to_datetime([f"2024-01-{n + 1:02}" for n in range(len(customers))]),
            "order_id": [f"o{n}" for n in range(len(customers))],
            "amount": 10.0,
            "channel": "web",
            "line_kind": "sale",
            "netted": False,
        }
    )


def _built(warehouse: Warehouse, state: str, at: str) -> None:
    row = {"fingerprint": ["f"], "state": [state], "at": [at]}
    warehouse.write_frame("build_log", pd.DataFrame(row), mode="append")


@pytest.fixture
def warehouse(engine: Engine, tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("order_lines", _lines("c3", "c1", "c2", "c1"))
    used = {"customer_id": ["c2"], "offer_id": ["F"], "campaign_id": ["K"], "redeemed_at": [pd.Timestamp("2024-02-01")]}
    warehouse.write_frame("redemptions", pd.DataFrame(used))
    return warehouse


def test_events_are_those_of_the_tables_in_the_order_of_customers(warehouse: Warehouse) -> None:
    _built(warehouse, "finished", "2024-05-01")
    assert write_events(warehouse)
    files = sorted((warehouse.folder / EVENTS).glob("*.parquet"))
    sides = [pq.read_table(file)["customer_id"].to_pylist() for file in files]
    assert all(side == sorted(side) for side in sides)
    stored = collect(warehouse.read(EVENTS))
    assert sorted(stored["customer_id"]) == ["c1", "c1", "c2", "c2", "c3"]
    order = ["customer_id", "at"]
    told = collect(timeline({name: warehouse.read(name) for name in ("order_lines", "redemptions")}))
    pd.testing.assert_frame_equal(
        stored.sort_values(order, ignore_index=True), told.sort_values(order, ignore_index=True), check_dtype=False
    )
    found = event_sources(warehouse)
    assert found is not None
    assert (found.tables, found.last_day) == (frozenset({"order_lines", "redemptions"}), date(2024, 1, 4))


def test_the_copy_counts_only_for_the_build_it_was_made_of(warehouse: Warehouse) -> None:
    assert not write_events(warehouse), "nothing was built"
    _built(warehouse, "finished", "2024-05-01")
    assert write_events(warehouse)
    assert not write_events(warehouse)
    _built(warehouse, "started", "2024-05-02")
    assert event_sources(warehouse) is None, "a build is under way"
    assert not write_events(warehouse)
    warehouse.write_frame("order_lines", _lines("c9"))
    _built(warehouse, "finished", "2024-05-03")
    assert event_sources(warehouse) is None
    assert write_events(warehouse)
    assert sorted(collect(warehouse.read(EVENTS))["customer_id"]) == ["c2", "c9"], "nothing of the copy before"

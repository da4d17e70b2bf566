"""The learning ledger: only ever added to, nothing twice, the newest readable."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.contract.learning import ASSIGNMENTS, EFFECTS, LEARNING_TABLES
from crm_analysis.errors import ContractError
from crm_analysis.learning import append_assignments, append_effects, current_effects, newest_draw
from crm_analysis.warehouse import Engine, Warehouse, collect

DAY, LATER = date(2024, 5, 15), date(2024, 6, 15)


@pytest.fixture
def warehouse(engine: Engine, tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path, engine)


def _drawn(**changes: object) -> pd.DataFrame:
    columns: dict[str, object] = {
        "action": "lost:reactivate",
        "segment": "lost",
        "offer": "coupon_10",
        "offer_kind": "money",
        "unit": "customer",
        "customer_id": ["c1", "c2", "c3"],
        "eligibility": "offer_pays",
        "arm": ["contact", "control", "holdout"],
        "probability": [0.76, 0.19, 0.05],
    }
    return pd.DataFrame(columns | changes)


def _effect(**changes: object) -> pd.DataFrame:
    row: dict[str, object] = {
        "source": "campaign:C1",
        "offer_kind": "money",
        "segment": "all",
        "measure": "sales_per_customer",
        "estimate": 5.0,
        "low": 1.0,
        "high": 9.0,
        "level": 0.9,
        "treated": 100,
        "compared": 50,
        "evidence": "measured",
        "observed_from": date(2024, 3, 1),
        "observed_until": date(2024, 3, 31),
    }
    return pd.DataFrame([row | changes])


def test_the_same_draw_is_one_round_and_another_is_added(warehouse: Warehouse) -> None:
    assert append_assignments(warehouse, _drawn(), "shop", DAY) == "shop:2024-05-15:1"
    shuffled = _drawn().iloc[::-1]
    assert append_assignments(warehouse, shuffled, "shop", DAY) == "shop:2024-05-15:1"
    assert len(collect(warehouse.read("assignments"))) == 3
    moved = _drawn(action=["lost:reactivate", "lost:reactivate", "lost:retain"])
    assert append_assignments(warehouse, moved, "shop", DAY) == "shop:2024-05-15:2"
    assert append_assignments(warehouse, _drawn(), "shop", DAY) == "shop:2024-05-15:3", (
        "back to the first is a draw too"
    )
    assert append_assignments(warehouse, _drawn(), "shop", LATER) == "shop:2024-06-15:1"
    kept = collect(warehouse.read("assignments"))
    assert kept.groupby("round").size().tolist() == [3, 3, 3, 3]
    assert kept["drawn_at"].dt.year.min() > 2023
    newest = collect(newest_draw(warehouse.read("assignments")))
    assert sorted(newest["customer_id"]) == ["c1", "c2", "c3"]
    assert set(newest["round"]) == {"shop:2024-06-15:1"}


def test_rounds_are_counted_and_not_sorted_as_text(warehouse: Warehouse) -> None:
    for number in range(11):
        append_assignments(warehouse, _drawn(offer=f"offer {number}"), "shop", DAY)
    assert append_assignments(warehouse, _drawn(offer="offer 10"), "shop", DAY) == "shop:2024-05-15:11"


def test_stored_columns_are_the_declared_ones(warehouse: Warehouse) -> None:
    append_assignments(warehouse, _drawn(offer_kind=None), "shop", DAY)
    append_assignments(warehouse, _drawn(), "shop", LATER)
    append_effects(warehouse, _effect(low=None, high=None))
    append_effects(warehouse, _effect(estimate=6.0))
    for name, spec in LEARNING_TABLES.items():
        stored = {column: str(kind).partition("(")[0] for column, kind in warehouse.read(name).schema().items()}
        assert stored == {column.name: spec.ibis_type(column.name).partition("(")[0] for column in spec.columns}


def test_an_effect_is_added_when_it_says_something_new(warehouse: Warehouse) -> None:
    assert current_effects(warehouse) is None
    assert append_effects(warehouse, _effect()) == 1
    assert append_effects(warehouse, _effect()) == 0
    assert append_effects(warehouse, _effect(estimate=5.5)) == 1
    assert append_effects(warehouse, _effect()) == 1, "a value that comes back is news against the newest"
    assert append_effects(warehouse, pd.concat([_effect(), _effect(segment="lost")])) == 1
    assert append_effects(warehouse, _effect().iloc[:0]) == 0
    assert len(collect(warehouse.read("effects"))) == 4


def test_current_is_the_newest_per_kind_and_segment(warehouse: Warehouse) -> None:
    later = {"source": "round:shop:2024-05-15:1", "observed_until": date(2024, 6, 30)}
    append_effects(warehouse, pd.concat([_effect(estimate=7.0, **later), _effect(segment="lost", estimate=1.0)]))
    append_effects(warehouse, _effect())
    append_effects(warehouse, _effect(segment="lost", estimate=2.0))
    found = current_effects(warehouse)
    assert found is not None
    newest = collect(found).set_index("segment")["estimate"].to_dict()
    assert newest == {"all": 7.0, "lost": 2.0}, "by the last day seen, then by when it was estimated"


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        (_drawn().drop(columns="arm"), "Table 'assignments' has no column 'arm'"),
        (_drawn(arm=["contact", None, None]), "column 'arm' is empty in 2 rows"),
        (_drawn(customer_id="c1"), "2 rows repeat the key round, action, customer_id"),
    ],
)
def test_a_wrong_draw_is_refused_and_leaves_nothing(drawn: pd.DataFrame, message: str, tmp_path: Path) -> None:
    from crm_analysis.warehouse import open_engine

    opened = open_engine("duckdb")
    warehouse = Warehouse(tmp_path, opened)
    with pytest.raises(ContractError, match=message):
        append_assignments(warehouse, drawn, "shop", DAY)
    assert not warehouse.has("assignments")
    opened.close()


def test_draws_of_an_earlier_layout_stay(warehouse: Warehouse) -> None:
    old = _drawn().drop(columns=["segment", "offer", "offer_kind", "eligibility"])
    old = old.assign(round="shop:2024-04-15", drawn_at="2024-04-16T09:00:00+00:00")
    warehouse.write_frame("assignments", old)
    append_assignments(warehouse, _drawn(), "shop", DAY)
    kept = collect(warehouse.read("assignments")).sort_values(["drawn_at", "customer_id"])
    assert kept["round"].tolist() == ["shop:2024-04-15"] * 3 + ["shop:2024-05-15:1"] * 3
    assert kept["drawn_at"].iloc[0] == pd.Timestamp("2024-04-16 09:00")
    assert kept["arm"].tolist() == ["contact", "control", "holdout"] * 2


def test_the_ledger_says_what_was_asked_for() -> None:
    wanted = {"round", "action", "arm", "probability", "unit", "eligibility", "drawn_at"}
    assert wanted <= {column.name for column in ASSIGNMENTS.columns}
    wanted = {"offer_kind", "segment", "estimate", "low", "high", "evidence", "source"}
    assert wanted <= {column.name for column in EFFECTS.columns}

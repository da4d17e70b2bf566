"""A table as of a moment is what the build until then left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from crm_analysis import build
from crm_analysis.errors import WarehouseError
from crm_analysis.warehouse import collect

from .conftest import FEBRUARY, JANUARY, Shop


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(list(frame.columns), ignore_index=True)


def _states(shop: Shop) -> list[tuple[datetime, pd.DataFrame, pd.DataFrame]]:
    """Builds that add, correct, undo, take out and change rules; after each the moment and the tables."""
    found = []

    def build(**overrides: object) -> None:
        project = shop.open(**overrides)
        project.build()
        now = datetime.now(UTC)
        found.append((now, _sorted(collect(project.table("order_lines"))), _sorted(collect(project.table("products")))))

    (shop.root / "products").mkdir()
    with (shop.root / "crm.toml").open("a", encoding="utf-8") as file:
        file.write('[sources.products]\npath = "products/*"\n')
    shop.put("a.csv", ["p1,Tea", "p2,Cup"], "product_id,name", "products")
    shop.put("01.csv", [JANUARY[0], *JANUARY])
    build(cleaning__duplicates="keep")
    shop.put("02.csv", [*FEBRUARY, "c2,2024-02-12,o5,p1,-1,-10.00"])
    build(cleaning__duplicates="keep")
    shop.put("b.csv", ["p2,Mug"], "product_id,name", "products")
    shop.put(
        "03.csv", ["c2,2024-02-10,o6,p1,1,1.00", FEBRUARY[1].replace("2.75", "3.00"), "c2,2024-03-01,o7,p1,1,1.00"]
    )
    build()
    shop.put("01.csv", JANUARY[2:])
    build(cleaning__unknown_customers=["c3"])
    build(cleaning__unknown_customers=["c3"])
    build()
    return found


def test_every_state_is_found_again(shop: Shop) -> None:
    states = _states(shop)
    lengths = [len(lines) for _moment, lines, _products in states]
    assert len(set(lengths)) > 3, "the builds differ"
    assert any(lines["netted"].any() for _moment, lines, _products in states)
    for moment, lines, products in states:
        project = shop.open()
        pd.testing.assert_frame_equal(_sorted(collect(project.table("order_lines", as_of=moment))), lines)
        pd.testing.assert_frame_equal(_sorted(collect(project.table("products", as_of=moment))), products)


def test_a_sale_undone_later_counts_as_it_did(shop: Shop) -> None:
    shop.put("01.csv", JANUARY)
    shop.open().build()
    then = datetime.now(UTC)
    shop.put("02.csv", ["c2,2024-02-12,o5,p1,-1,-10.00"])
    shop.open().build()
    assert collect(shop.open().table("order_lines"))["netted"].sum() == 2
    assert collect(shop.open().table("order_lines", as_of=then))["netted"].sum() == 0


def test_readers_of_the_table_see_no_row_that_was_taken_out(shop: Shop) -> None:
    shop.put("01.csv", JANUARY)
    shop.open().build()
    shop.put("01.csv", JANUARY[:1])
    shop.open().build()
    assert shop.lines()["amount"].tolist() == [10.0]
    assert sorted(collect(shop.open().table("history_order_lines"))["amount"]) == [5.5, 10.0]


def test_the_end_of_a_day_in_the_zone_of_the_project(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Built at 20:00 UTC on the 1st, which is 05:00 on the 2nd in Seoul."""
    shop.put("01.csv", JANUARY)
    monkeypatch.setattr(build, "after_last_build", lambda *_: datetime(2024, 5, 1, 20))
    shop.open().build()
    assert collect(shop.open().table("order_lines", as_of=date(2024, 5, 1))).shape[0] == 3
    seoul = shop.open(project__time_zone="Asia/Seoul")
    assert collect(seoul.table("order_lines", as_of=date(2024, 5, 2))).shape[0] == 3
    assert collect(seoul.table("order_lines", as_of=datetime(2024, 5, 2, 5, 0))).shape[0] == 3
    with pytest.raises(WarehouseError, match=r"'order_lines' cannot be read as of .*: it was built first on"):
        seoul.table("order_lines", as_of=date(2024, 5, 1))
    with pytest.raises(WarehouseError, match=r"'order_lines' cannot be read as of .*: it was built first on"):
        shop.open().table("order_lines", as_of=datetime(2024, 5, 1, 19, 59))


def test_a_table_without_history_says_so(shop: Shop) -> None:
    shop.put("01.csv", JANUARY)
    shop.open().build()
    with pytest.raises(WarehouseError, match=r"Table 'cleaning_ledger' keeps no history"):
        shop.open().table("cleaning_ledger", as_of=date(2024, 5, 1))
    with pytest.raises(WarehouseError, match=r"Table 'campaigns' keeps no history"):
        shop.open().table("campaigns", as_of=date(2024, 5, 1))


def test_builds_are_told_apart_when_the_clock_is_set_back(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.put("01.csv", JANUARY)
    tomorrow = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    with monkeypatch.context() as patch:
        patch.setattr(build, "after_last_build", lambda *_: tomorrow)
        shop.open().build()
    shop.put("01.csv", JANUARY[:1])
    shop.open().build()
    assert shop.lines()["amount"].tolist() == [10.0]
    assert len(collect(shop.open().table("order_lines", as_of=tomorrow.replace(tzinfo=UTC)))) == 3

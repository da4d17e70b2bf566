"""What is written is what is read, in types and values, on both engines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import ibis
import pandas as pd
import pytest

from crm_analysis.errors import WarehouseError
from crm_analysis.warehouse import Engine, Warehouse, collect, open_engine

TYPES = {
    "name": "string",
    "pieces": "int64",
    "money": "float64",
    "known": "boolean",
    "day": "date",
    "moment": "timestamp(6)",
}


def _rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["a", "김", None],
            "pieces": pd.array([1, -(2**52), None], dtype="Int64"),
            "money": [0.1, -1e300, None],
            "known": pd.array([True, False, None], dtype="boolean"),
            "day": [date(2024, 2, 29), date(1999, 1, 1), None],
            "moment": pd.to_datetime(["2024-03-31 02:30:00.123456", "1999-01-01 00:00:00.000001", None]),
        }
    )


def _plain(table: ibis.expr.types.Table) -> list[tuple[object, ...]]:
    frame = collect(table).astype(object)
    return sorted((tuple(None if pd.isna(v) else v for v in row) for row in frame.to_numpy()), key=str)


EXPECTED = sorted(
    [
        ("a", 1.0, 0.1, True, pd.Timestamp(2024, 2, 29), pd.Timestamp("2024-03-31 02:30:00.123456")),
        ("김", -(2.0**52), -1e300, False, pd.Timestamp(1999, 1, 1), pd.Timestamp("1999-01-01 00:00:00.000001")),
        (None,) * 6,
    ],
    key=str,
)


def test_types_and_values_survive_a_frame_and_an_expression(engine: Engine, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("first", _rows())
    warehouse.write("second", warehouse.read("first"))
    for table in ("first", "second"):
        assert _plain(warehouse.read(table)) == EXPECTED
    found = {name: str(kind) for name, kind in warehouse.read("second").schema().items()}
    assert {name: kind.replace("timestamp(6)", "timestamp") for name, kind in found.items()} == {
        name: kind.replace("timestamp(6)", "timestamp") for name, kind in TYPES.items()
    }


def test_what_one_engine_wrote_the_embedded_one_reads(engine: Engine, tmp_path: Path) -> None:
    writer = Warehouse(tmp_path, engine)
    writer.write_frame("start", _rows())
    writer.write("rows", writer.read("start"))
    other = open_engine("duckdb")
    rows = Warehouse(tmp_path, other).read("rows")
    assert {name: str(kind) for name, kind in rows.schema().items()} == TYPES
    assert _plain(rows) == EXPECTED
    other.close()


def test_narrow_types_are_stored_wide(engine: Engine, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("rows", pd.DataFrame({"n": [1, 2], "x": [0.5, 1.5]}))
    rows = warehouse.read("rows")
    narrow = rows.mutate(n=rows["n"].cast("int32"), x=rows["x"].cast("decimal(9, 2)"))
    warehouse.write("rows", narrow)
    assert {name: str(kind) for name, kind in warehouse.read("rows").schema().items()} == {
        "n": "int64",
        "x": "float64",
    }
    assert sorted(collect(warehouse.read("rows"))["x"]) == [0.5, 1.5]


def test_append_overwrite_and_versions(engine: Engine, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, engine)
    assert not warehouse.has("t")
    assert warehouse.versions() == {}
    assert warehouse.write_frame("t", pd.DataFrame({"a": [1]})) == 0
    assert warehouse.write_frame("t", pd.DataFrame({"a": [2, 3]}), mode="append") == 1
    assert sorted(collect(warehouse.read("t"))["a"]) == [1, 2, 3]
    one = warehouse.read("t")
    assert warehouse.write("t", one.filter(one["a"] > 2)) == 2
    assert collect(warehouse.read("t"))["a"].tolist() == [3]
    assert sorted(collect(warehouse.read("t", version=1))["a"]) == [1, 2, 3]
    assert warehouse.versions() == {"t": 2}
    assert warehouse.has("t")


def test_an_overwrite_may_change_the_columns(engine: Engine, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("t", pd.DataFrame({"a": [1], "b": ["x"]}))
    warehouse.write_frame("t", pd.DataFrame({"c": [1.5]}))
    assert warehouse.read("t").columns == ("c",)
    assert collect(warehouse.read("t"))["c"].tolist() == [1.5]


def test_an_empty_table_stays_typed_and_readable(engine: Engine, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("full", _rows())
    full = warehouse.read("full")
    warehouse.write("empty", full.filter(ibis.literal(False)))
    empty = warehouse.read("empty")
    assert empty.schema() == full.schema()
    assert len(collect(empty)) == 0
    both = collect(full.left_join(empty.select("name", other="money"), "name"))
    assert len(both) == 3
    assert both["other"].isna().all()


def test_the_folder_may_have_any_name(engine: Engine, tmp_path: Path) -> None:
    names = ["가게 [2]{a,b}"] if engine.name == "pyspark" else ["my shop", "가게 [2]", "x{1,2}*?", "a'b", "50% off"]
    for name in names:
        warehouse = Warehouse(tmp_path / name, engine)
        warehouse.write_frame("t", pd.DataFrame({"a": [1]}))
        rows = warehouse.read("t")
        warehouse.write("t", rows.mutate(a=rows["a"] + 1), mode="append")
        assert sorted(collect(warehouse.read("t"))["a"]) == [1, 2]


def test_a_column_of_nothing_is_empty_text(engine: Engine, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("t", pd.DataFrame({"a": [1, 2], "note": [None, None]}))
    assert str(warehouse.read("t").schema()["note"]) == "string"
    assert collect(warehouse.read("t"))["note"].isna().all()


def test_a_table_that_is_not_there_says_how_to_get_it(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"Table 'order_lines' is not in the warehouse. Run 'crm-analysis build'"):
        Warehouse(tmp_path, engine).read("order_lines")


def test_a_column_that_cannot_be_stored_is_named(engine: Engine, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("t", pd.DataFrame({"a": [1, 1]}))
    rows = warehouse.read("t")
    with pytest.raises(WarehouseError, match="Column 'many' has a type that is not stored: array"):
        warehouse.write("u", rows.group_by("a").aggregate(many=rows["a"].collect()))


def test_an_unknown_engine_names_the_known_ones() -> None:
    with pytest.raises(WarehouseError, match="Engine 'polars' is not known: use duckdb or pyspark"):
        open_engine("polars")


def test_a_table_that_began_without_times_can_get_some(engine: Engine, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w", engine)
    with warehouse.lock():
        warehouse.write_frame("t", pd.DataFrame({"a": ["x"]}))
        warehouse.write_frame("t", pd.DataFrame({"a": ["x"], "at": [pd.Timestamp("2024-01-05 10:00")]}))
        warehouse.write_frame("t", pd.DataFrame({"a": ["y"], "at": [pd.Timestamp("2024-01-06")]}), mode="append")
    found = collect(warehouse.read("t")).sort_values("at")
    assert list(found["a"]) == ["x", "y"]
    assert list(found["at"]) == [pd.Timestamp("2024-01-05 10:00"), pd.Timestamp("2024-01-06")]


def test_what_is_stripped_is_blank(engine: Engine, tmp_path: Path) -> None:
    """The letters v and f stand at the ends of many names."""
    words = ["shelf", "f", "vov", " vest\t", "\n\r\x0b\x0cfive\x0c", "  "]
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("words", pd.DataFrame({"number": range(len(words)), "word": words}))
    rows = warehouse.read("words")
    found = collect(rows.mutate(word=rows["word"].strip()).order_by("number"))["word"].tolist()
    assert found == [word.strip() for word in words]

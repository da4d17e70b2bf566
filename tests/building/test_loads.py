"""Each file is loaded once, whatever happens to it, and only what is new is read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_analysis.building import staged
from crm_analysis.errors import CleaningError, IngestError
from crm_analysis.warehouse import Engine, collect

from .conftest import FEBRUARY, HEAD, JANUARY, Shop


def _versions(shop: Shop) -> dict[str, int]:
    return shop.open().warehouse.versions()


def _loads(shop: Shop) -> pd.DataFrame:
    return collect(shop.open().table("loads")).sort_values("load_id", ignore_index=True)


def _rules(ledger: pd.DataFrame, table: str = "order_lines") -> dict[str, int]:
    rows = ledger[(ledger["table"] == table) & (ledger["rows"] > 0)]
    return dict(zip(rows["rule"], rows["rows"], strict=True))


def test_only_the_new_file_is_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    plain = staged.open_source

    def watched(*args: Any, **more: Any) -> Any:
        read.extend(label for _file, label in more["files"])
        return plain(*args, **more)

    monkeypatch.setattr(staged, "open_source", watched)
    shop.put("01.csv", JANUARY)
    shop.open().build()
    shop.put("02.csv", FEBRUARY)
    result = shop.open().build()
    assert read == ["lines/01.csv", "lines/02.csv"]
    assert result.load_ledger["rows_read"].tolist() == [3, 2]
    assert len(shop.lines()) == 5
    assert not shop.open().build().changed


def test_a_month_after_the_other_on_either_engine(shop: Shop, engine: Engine) -> None:
    shop.put("01.csv", JANUARY)
    shop.open(engine).build()
    shop.put("02.csv", [JANUARY[2].replace("10.00", "12.00"), "c1,2024-01-06,o1,p2,-2,-5.50", *FEBRUARY])
    ledger = shop.open(engine).build().cleaning_ledger
    assert _rules(ledger) == {"kept": 6, "outdated": 1, "return": 1, "netted_cancellation": 2}
    rows = collect(shop.open(engine).table("order_lines"))
    assert sorted(rows["amount"]) == [-5.5, 2.75, 5.5, 10.0, 10.0, 12.0]
    before = collect(shop.open(engine).table("history_order_lines"))
    assert sorted(before["amount"]) == [5.5, 10.0], "the corrected line, and the sale as it was before it was undone"
    assert (before["known_to"] > before["known_from"]).all()


def test_every_row_knows_its_file_and_load(shop: Shop) -> None:
    shop.put("01.csv", JANUARY)
    shop.open().build()
    shop.put("02.csv", [*FEBRUARY, ",2024-02-12,o9,p2,1,2.75"])
    shop.open().build()
    loads = _loads(shop).set_index("load_id")
    for table, files in {
        "order_lines": {"lines/01.csv", "lines/02.csv"},
        "quarantine_order_lines": {"lines/02.csv"},
    }.items():
        rows = collect(shop.open().table(table))
        assert set(rows["source_file"]) == files
        assert (loads.loc[rows["load_id"], "source"].to_numpy() == rows["source_file"].to_numpy()).all()
    assert json.loads(loads["mapping"].iloc[0])["ordered_at"] == "date"
    assert loads["rows"].tolist() == [3, 3]


def test_other_bytes_under_the_same_name_replace_the_load(shop: Shop) -> None:
    shop.put("01.csv", JANUARY)
    shop.open().build()
    shop.put("01.csv", [*JANUARY[:2], "c9,2024-01-21,o9,p1,1,7.00"])
    result = shop.open().build()
    assert shop.amounts() == {"o1": [5.5, 10.0], "o9": [7.0]}
    assert result.load_ledger["rows_read"].tolist() == [3]
    loads = _loads(shop)
    assert loads["state"].tolist() == ["replaced", "loaded"]
    assert [bool(stamp) for stamp in loads["replaced_at"]] == [True, False]
    shop.put("01.csv", JANUARY)
    shop.open().build()
    assert shop.amounts() == {"o1": [5.5, 10.0], "o2": [10.0]}, "the first bytes are back"


def test_a_weekly_export_of_everything_moves_only_what_differs(shop: Shop) -> None:
    shop.put("all.csv", JANUARY)
    shop.open().build()
    first = collect(shop.open().table("order_lines"))
    shop.put("all.csv", [*JANUARY, *FEBRUARY])
    shop.open().build()
    now = collect(shop.open().table("order_lines"))
    old = now[now["ordered_at"] < "2024-02-01"]
    assert set(old["load_id"]) == set(first["load_id"])
    assert set(old["known_from"]) == set(first["known_from"])
    assert now["known_from"].nunique() == 2
    assert not shop.open().warehouse.has("history_order_lines")


def test_a_renamed_file_is_the_same_load(shop: Shop) -> None:
    file = shop.put("01.csv", JANUARY)
    shop.open().build()
    before = _versions(shop)
    file.rename(file.with_name("january.csv"))
    result = shop.open().build()
    assert not result.changed
    assert result.load_ledger["source"].tolist() == ["january.csv"]
    after = _versions(shop)
    assert {name for name in after if after[name] != before[name]} == {"loads", "load_ledger"}
    shop.put("january.csv", JANUARY[:1])
    shop.open().build()
    assert shop.amounts() == {"o1": [10.0]}, "other bytes under the new name replace it"


def test_a_file_gone_from_disk_leaves_its_rows_and_the_ledger_says_so(shop: Shop) -> None:
    gone = shop.put("01.csv", JANUARY)
    shop.put("02.csv", FEBRUARY)
    shop.open().build()
    gone.unlink()
    result = shop.open().build()
    assert not result.changed
    assert result.load_ledger["state"].tolist() == ["gone", "loaded"]
    assert len(shop.lines()) == 5
    shop.put("03.csv", ["c1,2024-03-01,o7,p1,1,1.00"])
    assert shop.open().build().load_ledger["state"].tolist() == ["gone", "loaded", "loaded"]
    assert len(shop.lines()) == 6
    assert shop.open().build(force=True).load_ledger["state"].tolist() == ["loaded", "loaded"]
    assert len(shop.lines()) == 3
    assert set(_loads(shop)["state"]) == {"dropped", "replaced", "loaded"}


def test_all_files_gone_is_no_mistake_but_a_wrong_path_is(shop: Shop) -> None:
    shop.put("01.csv", JANUARY).unlink()
    with pytest.raises(IngestError, match=r"There is no file lines/\*"):
        shop.open().build()
    file = shop.put("01.csv", JANUARY)
    shop.open().build()
    file.unlink()
    assert not shop.open().build().changed
    assert len(shop.lines()) == 3
    with pytest.raises(IngestError, match=r"There is no file lins/\*"):
        shop.open(sources__order_lines__path="lins/*").build()
    with pytest.raises(IngestError, match=r"There is no file lines/\*"):
        shop.open().build(force=True)
    assert len(shop.lines()) == 3


def test_a_path_that_is_no_longer_named_takes_its_rows_along(shop: Shop) -> None:
    shop.put("sample.csv", ["c8,2024-01-05,s1,p1,1,1.00"])
    shop.open(sources__order_lines__path="lines/sample.csv").build()
    shop.put("real.csv", JANUARY)
    shop.open(sources__order_lines__path="lines/real.csv").build()
    assert "s1" not in shop.amounts()
    assert _loads(shop)["state"].tolist() == ["dropped", "loaded"]


def test_a_pattern_that_names_more_reads_nothing_twice(shop: Shop) -> None:
    shop.put("01.csv", JANUARY)
    shop.open(sources__order_lines__path="lines/01.csv").build()
    shop.put("02.csv", FEBRUARY)
    shop.open(sources__order_lines__path="lines/*.csv").build()
    assert _loads(shop)["state"].tolist() == ["loaded", "loaded"]


def test_other_settings_read_what_is_there_and_keep_what_is_gone(shop: Shop) -> None:
    gone = shop.put("01.csv", JANUARY)
    shop.put("02.csv", FEBRUARY)
    shop.open().build()
    gone.unlink()
    columns = {"product_name": "product_id"}
    result = shop.open(sources__order_lines__columns=columns).build()
    assert result.load_ledger["state"].tolist() == ["gone", "loaded"]
    rows = shop.lines()
    assert sorted(rows.loc[rows["ordered_at"] < "2024-02-01", "product_id"]) == ["p1", "p1", "p2"]
    assert sorted(rows.loc[rows["ordered_at"] >= "2024-02-01", "product_name"]) == ["p1", "p2"]


NEXT_MONTH = {
    "added": (HEAD + ",channel", [line + ",web" for line in FEBRUARY]),
    "gone": (HEAD.replace(",product_id", ""), [line.replace(",p1", "").replace(",p2", "") for line in FEBRUARY]),
    "in another order": ("amount,order_id,date,customer_id", ["10.00,o3,2024-02-11,c2", "2.75,o4,2024-02-12,c3"]),
}


@pytest.mark.parametrize("case", NEXT_MONTH)
def test_other_columns_next_month(shop: Shop, case: str) -> None:
    """The column is named in crm.toml: that only the first file has it is no mistake."""
    columns = {"product_id": "product_id"}
    shop.put("01.csv", JANUARY)
    shop.open(sources__order_lines__columns=columns).build()
    head, lines = NEXT_MONTH[case]
    shop.put("02.csv", lines, head)
    shop.open(sources__order_lines__columns=columns).build()
    rows = shop.lines()
    assert rows["amount"].sum() == 38.25
    later = rows[rows["ordered_at"] >= "2024-02-01"]
    assert later["product_id"].notna().all() == (case == "added")
    assert later["channel"].dropna().tolist() == (["web", "web"] if case == "added" else [])


def test_a_column_that_no_file_ever_had_is_still_refused(shop: Shop) -> None:
    shop.put("01.csv", JANUARY)
    shop.open().build()
    shop.put("02.csv", FEBRUARY)
    with pytest.raises(IngestError, match=r"01.csv has no column 'shop', which crm.toml names for store_id"):
        shop.open(sources__order_lines__columns={"store_id": "shop"}).build()


def test_a_month_without_sales_is_a_load_of_no_rows(shop: Shop) -> None:
    shop.put("01.csv", JANUARY)
    shop.open().build()
    shop.put("02.csv", [])
    result = shop.open().build()
    assert result.load_ledger["rows_read"].tolist() == [3, 0]
    assert not shop.open().build().changed
    assert len(shop.lines()) == 3


def test_a_table_named_again_is_not_read_again(shop: Shop, tmp_path: Path) -> None:
    shop.put("01.csv", JANUARY)
    shop.put("products.csv", ["p1,Tea"], "product_id,name", folder=".")
    toml = (tmp_path / "crm.toml").read_text(encoding="utf-8")
    named = toml + '[sources.products]\npath = "products.csv"\n'
    for text, rows in [(named, 1), (toml, 0), (named, 1)]:
        (tmp_path / "crm.toml").write_text(text, encoding="utf-8")
        assert shop.open().build().changed
        assert len(shop.lines(table="products")) == rows
    assert _loads(shop)["table"].tolist().count("products") == 1


def test_a_refused_build_leaves_no_load_and_no_files(shop: Shop) -> None:
    shop.put("01.csv", [f"{line},EUR" for line in JANUARY], HEAD + ",currency")
    shop.open().build()
    before = {name: version for name, version in _versions(shop).items() if name != "build_log"}
    folder = shop.open().warehouse.folder / "staged_order_lines"
    files = sorted(folder.glob("*.parquet"))
    bad = shop.put("02.csv", [f"{line},KRW" for line in FEBRUARY], HEAD + ",currency")
    with pytest.raises(CleaningError, match=r"column 'currency' holds EUR \(3\), KRW \(2\)"):
        shop.open().build()
    assert {name: version for name, version in _versions(shop).items() if name != "build_log"} == before
    assert sorted(folder.glob("*.parquet")) == files
    bad.unlink()
    shop.open().build()
    assert len(shop.lines()) == 3, "the file that was refused left nothing behind"


def test_the_draws_of_the_control_groups_are_not_touched(shop: Shop) -> None:
    shop.put("01.csv", JANUARY)
    warehouse = shop.open().warehouse
    shop.open().build()
    drawn = pd.DataFrame({"round": ["r1"], "customer_id": ["c1"], "arm": ["control"]})
    with warehouse.lock():
        warehouse.write_frame("assignments", drawn)
    shop.put("02.csv", FEBRUARY)
    shop.open().build(force=True)
    assert warehouse.versions()["assignments"] == 0
    pd.testing.assert_frame_equal(collect(warehouse.read("assignments")), drawn)


def test_staged_rows_of_many_loads_are_written_together(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staged, "_KEPT_FILES", 3)
    for month in range(1, 6):
        shop.put(f"{month:02}.csv", [f"c1,2024-{month:02}-05,o{month},p1,1,10.00"])
        shop.open().build()
    warehouse = shop.open().warehouse
    rows, files = warehouse.size("staged_order_lines")
    assert rows == 5
    assert files < 4
    for amount in (11, 12, 13):
        shop.put("05.csv", [f"c1,2024-05-05,o5,p1,1,{amount}.00"])
        shop.open().build()
    assert len(shop.lines()) == 5
    assert shop.amounts()["o5"] == [13.0]
    for amount in (14, 15, 16, 17, 18, 19):
        shop.put("05.csv", [f"c1,2024-05-05,o5,p1,1,{amount}.00"] * 4)
        shop.open(cleaning__duplicates="keep").build()
    staged_rows = collect(warehouse.read("staged_order_lines"))
    assert len(staged_rows) <= 2 * 8
    assert set(_loads(shop).query("replaced_at == ''")["load_id"]) <= set(staged_rows["load_id"])


def test_the_same_bytes_in_two_files_are_one_load_until_one_changes(shop: Shop) -> None:
    first = shop.put("a.csv", JANUARY)
    shutil.copy2(first, first.with_name("b.csv"))
    result = shop.open().build()
    assert result.load_ledger["state"].tolist() == ["loaded", "repeated"]
    shop.put("a.csv", FEBRUARY)
    result = shop.open().build()
    assert dict(zip(result.load_ledger["source"], result.load_ledger["rows_read"], strict=True)) == {
        "a.csv": 2,
        "b.csv": 3,
    }
    assert len(shop.lines()) == 5

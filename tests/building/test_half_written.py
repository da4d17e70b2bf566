"""Files that are not complete: refused with their name, or their whole lines loaded until the rest is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_analysis.building import staged
from crm_analysis.errors import IngestError

from .conftest import FEBRUARY, HEAD, JANUARY, Shop


def _frame() -> pd.DataFrame:
    return pd.DataFrame([line.split(",") for line in FEBRUARY * 300], columns=HEAD.split(","))


def _parquet(file: Path) -> None:
    _frame().to_parquet(file)


def _workbook(file: Path) -> None:
    _frame().to_excel(file, index=False)


CUT: dict[str, Callable[[Path], None]] = {"02.parquet": _parquet, "02.xlsx": _workbook}


@pytest.mark.parametrize("name", CUT)
def test_a_truncated_file_is_named_and_nothing_changes(shop: Shop, name: str) -> None:
    first = pd.DataFrame([line.split(",") for line in JANUARY], columns=HEAD.split(","))
    if name.endswith(".parquet"):
        first.to_parquet(shop.root / "lines" / "01.parquet")
    else:
        first.to_csv(shop.root / "lines" / "01.csv", index=False)
    shop.open().build()
    before = {table: v for table, v in shop.open().warehouse.versions().items() if table != "build_log"}
    file = shop.root / "lines" / name
    CUT[name](file)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(IngestError, match=name):
        shop.open().build()
    assert {table: v for table, v in shop.open().warehouse.versions().items() if table != "build_log"} == before
    file.write_bytes(whole)
    shop.open(cleaning__duplicates="keep").build()
    assert len(shop.lines()) == 603


def test_a_csv_cut_inside_a_row_is_completed_later(shop: Shop) -> None:
    shop.put("01.csv", JANUARY)
    file = shop.put("02.csv", FEBRUARY)
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole[: whole.index("2024-02-12") + 6], encoding="utf-8")
    ledger = shop.open().build().cleaning_ledger.set_index("rule")["rows"]
    assert (ledger["kept"], ledger["unreadable"] + ledger["no_date"]) == (4, 1)
    file.write_text(whole, encoding="utf-8")
    ledger = shop.open().build().cleaning_ledger.set_index("rule")["rows"]
    assert (ledger["kept"], ledger["unreadable"] + ledger["no_date"]) == (5, 0)


@pytest.mark.parametrize("moment", ["before it is read", "after it was read", "gone"])
def test_a_file_that_changes_while_it_is_read_is_refused(
    shop: Shop, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.put("01.csv", JANUARY)
    shop.open().build()
    before = {table: v for table, v in shop.open().warehouse.versions().items() if table != "build_log"}
    file = shop.put("02.csv", FEBRUARY)
    step = "open_source" if moment == "before it is read" else "stage"
    plain = getattr(staged, step)

    def disturbed(*args: Any, **more: Any) -> Any:
        if step == "open_source":
            shop.put("02.csv", [*FEBRUARY, "c4,2024-02-13,o8,p1,1,1.00"])
        found = plain(*args, **more)
        if moment == "gone":
            file.unlink()
        elif step == "stage":
            shop.put("02.csv", [*FEBRUARY, "c4,2024-02-13,o8,p1,1,1.00"])
        return found

    with monkeypatch.context() as patch:
        patch.setattr(staged, step, disturbed)
        with pytest.raises(IngestError, match=r"02.csv changed while it was read. Wait until .*; nothing was loaded."):
            shop.open().build()
    assert {table: v for table, v in shop.open().warehouse.versions().items() if table != "build_log"} == before
    if moment != "gone":
        shop.open().build()
        assert len(shop.lines()) == 6


def test_a_file_touched_while_it_is_read_is_the_same_file(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    file = shop.put("01.csv", JANUARY)
    plain = staged.stage

    def touched(*args: Any, **more: Any) -> Any:
        shop.date(file)
        return plain(*args, **more)

    monkeypatch.setattr(staged, "stage", touched)
    assert shop.open().build().changed
    assert len(shop.lines()) == 3

"""A warehouse of an earlier layout is built anew, and says so.

``layout_1`` was written by the last version with that layout, from the lines of January in ``lines/01.csv`` and one
draw of a control group.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from crm_analysis.commands.work import build
from crm_analysis.errors import WarehouseError
from crm_analysis.warehouse import SCHEMA_VERSION, collect

from .conftest import FEBRUARY, JANUARY, Shop

OLD = Path(__file__).parent / "layout_1"


@pytest.fixture
def old(shop: Shop) -> Shop:
    shop.put("01.csv", JANUARY)
    shutil.copytree(OLD, shop.root / "data" / "warehouse")
    return shop


def _layout(shop: Shop) -> int:
    stamp = shop.open().warehouse.folder / "warehouse.json"
    return int(json.loads(stamp.read_text(encoding="utf-8"))["schema_version"])


def test_it_can_be_read_before_it_is_built_anew(old: Shop) -> None:
    assert _layout(old) == 1
    assert len(collect(old.open().table("order_lines"))) == 3
    with pytest.raises(WarehouseError, match=r"Table 'order_lines' keeps no history"):
        old.open().table("order_lines", as_of=date(2030, 1, 1))


def test_it_is_built_anew_once_and_says_so(old: Shop) -> None:
    result = old.open().build()
    assert result.changed
    assert len(result.notes) == 1
    assert "an earlier version of crm-analysis (layout 1). It was built anew" in result.notes[0]
    assert _layout(old) == SCHEMA_VERSION
    assert len(old.lines()) == 3
    assert len(collect(old.open().table("order_lines", as_of=date(2100, 1, 1)))) == 3
    assert old.open().build().notes == ()
    old.put("02.csv", FEBRUARY)
    assert old.open().build().notes == ()
    assert len(old.lines()) == 5


def test_what_other_parts_wrote_stays(old: Shop) -> None:
    warehouse = old.open().warehouse
    before = collect(warehouse.read("assignments"))
    old.open().build()
    assert warehouse.versions()["assignments"] == 0
    assert collect(warehouse.read("assignments")).equals(before)


def test_the_command_says_it_too(old: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    build(old.root / "crm.toml", {}, force=False)
    shown = capsys.readouterr().out
    assert "layout 1" in shown
    assert "3 order lines kept, 0 set aside." in shown

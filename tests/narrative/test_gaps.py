"""What is missing in words: nothing, a column, or a table that no step works on."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from crm_analysis.decisions import readiness
from crm_analysis.messages import language
from crm_analysis.narrative.data import parts_label
from crm_analysis.narrative.gaps import gaps_of


def _ready(*needs: str) -> pd.DataFrame:
    return readiness(lambda table, column: f"{table}.{column}" in needs)


def test_nothing_is_missing_where_everything_is_ready() -> None:
    assert gaps_of(_ready().assign(ready=True)) == []


def test_everything_is_missing_without_data() -> None:
    frame = _ready()
    gaps = gaps_of(frame)
    assert [gap.what for gap in gaps] == [parts_label(part) for part in frame["part"]]
    assert len({gap.what for gap in gaps}) == len(frame)


def test_a_part_with_its_data_is_no_gap() -> None:
    missing = {gap.what for gap in gaps_of(_ready())}
    found = {gap.what for gap in gaps_of(_ready("order_lines.product_id"))}
    assert missing - found == {"Products for each customer"}


@pytest.mark.parametrize("step", ["00", "05", "07"])
def test_a_step_has_its_own_gaps_only(step: str) -> None:
    frame = _ready()
    own = frame.loc[frame["step"] == step, "part"]
    assert len(own)
    assert [gap.what for gap in gaps_of(frame, step)] == [parts_label(part) for part in own]


def test_a_step_without_parts_has_no_gaps() -> None:
    assert gaps_of(_ready(), "99") == []


def test_a_missing_column_is_named_with_where_to_add_it() -> None:
    gaps = {gap.what: gap for gap in gaps_of(_ready())}
    products, returns = gaps["Products for each customer"], gaps[parts_label("returns")]
    assert "order_lines has no product_id" in products.why
    assert "[sources.order_lines]" in products.remedy
    assert "order_lines has no quantity" in returns.why


def test_missing_costs_have_a_way_around() -> None:
    profit = next(gap for gap in gaps_of(_ready()) if gap.what == parts_label("profit"))
    assert "order_lines has no unit_cost" in profit.why
    assert "margin_rate" in profit.remedy


@pytest.mark.parametrize("part", ["profit", "products", "competitors"])
def test_korean(part: str) -> None:
    with language("ko"):
        frame = _ready()
        gaps = gaps_of(frame[frame["part"] == part])
    assert len(gaps) == 1
    for text in (gaps[0].what, gaps[0].why, gaps[0].remedy):
        assert re.search("[가-힣]", text)
        assert "{" not in text
    assert frame.loc[frame["part"] == part, "needs"].iloc[0].split(".")[0] in gaps[0].why + gaps[0].remedy

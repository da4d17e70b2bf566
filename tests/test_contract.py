"""The contract: tables that hold together, and the page that says the same."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.contract.handed_over import HANDED_OVER, check_handed_over
from crm_analysis.contract.page import contract_page
from crm_analysis.errors import ContractError
from crm_analysis.ingest.header import normalise_header
from crm_analysis.messages import language

PAGE = Path(__file__).parent.parent / "data" / "contract.md"


def test_the_page_in_the_repository_is_the_one_of_the_code() -> None:
    with language("en"):
        page = contract_page()
    assert PAGE.read_text(encoding="utf-8") == page, "run: python -m crm_analysis.contract.page data/contract.md"


def test_the_page_has_every_table_and_column() -> None:
    with language("en"):
        lines = contract_page().splitlines()
    for spec in SOURCE_TABLES.values():
        start = lines.index(f"## `{spec.name}`")
        rows = [line for line in lines[start + 1 :][: len(spec.columns) + 6] if line.startswith("| `")]
        assert [row.split("`")[1] for row in rows] == [column.name for column in spec.columns]
    customer = next(line for line in lines if line.startswith("| `email`"))
    assert customer.split("|")[5].strip() == "yes", "an e-mail address is marked as personal"


def test_no_row_of_the_page_has_a_cell_too_many() -> None:
    with language("en"):
        rows = [line for line in contract_page().splitlines() if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {8}


@pytest.mark.parametrize("name", SOURCE_TABLES)
def test_a_table_holds_together(name: str) -> None:
    spec = SOURCE_TABLES[name]
    assert spec.name == name
    columns = [column.name for column in spec.columns]
    assert len(set(columns)) == len(columns)
    assert set(spec.key) <= set(columns), "a key of columns that are there"
    assert all(spec[key].required for key in spec.key)
    for column in spec.columns:
        assert column.meaning().endswith("."), column.name
        assert spec.ibis_type(column.name)
        for alias in column.aliases:
            assert alias == normalise_header(alias), f"{column.name}: {alias} would never be recognised"
    assert "nothing" not in spec
    assert columns[0] in spec


def test_only_tables_about_people_hold_personal_columns() -> None:
    personal = {name for name, spec in SOURCE_TABLES.items() if any(c.personal for c in spec.columns)}
    assert personal == {"customers", "prospects", "feedback"}


def test_order_lines_need_customer_and_time_only() -> None:
    assert SOURCE_TABLES["order_lines"].required == ("customer_id", "ordered_at")


GOOD = pd.DataFrame(
    {
        "segment_from": ["loyal", "loyal"],
        "segment_to": ["lost", "loyal"],
        "customers": [3, 4],
    }
)


def test_a_handed_over_table_is_held_against_its_declaration() -> None:
    check_handed_over("segment_migration", GOOD)
    check_handed_over("segment_migration", GOOD.assign(more=1.5))
    check_handed_over("segment_migration", GOOD.iloc[:0])


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (GOOD.drop(columns="customers"), "Table 'segment_migration' has no column 'customers'"),
        (GOOD.assign(customers=["3", "4"]), "column 'customers' is str, it must be integer"),
        (GOOD.assign(customers=[3.0, 4.0]), "column 'customers' is float64, it must be integer"),
        (GOOD.assign(segment_to="lost"), "1 rows repeat the key segment_from, segment_to"),
    ],
)
def test_a_wrong_table_is_refused(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        check_handed_over("segment_migration", frame)


def test_an_undeclared_table_is_refused() -> None:
    with pytest.raises(ContractError, match="Table 'surprise' is not one that steps hand over"):
        check_handed_over("surprise", GOOD)


def test_declared_tables_name_their_step_and_key() -> None:
    for name, spec in HANDED_OVER.items():
        assert spec.step in {f"0{n}" for n in range(8)}, name
        assert set(spec.key) <= set(spec.columns), name
        assert set(spec.columns.values()) <= {"text", "integer", "number", "boolean", "date"}, name

"""What is there, which questions it answers, what to add next, how far the data has come."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.contract.handed_over import check_handed_over
from crm_analysis.decisions import additions, filled_in, inventory, maturity, questions
from crm_analysis.decisions.questions import QUESTIONS, STAGES
from crm_analysis.warehouse import Engine, Warehouse

THREE_COLUMNS = {"order_lines.customer_id", "order_lines.ordered_at", "order_lines.amount"}


def _asked(*needs: str) -> pd.DataFrame:
    return questions(lambda table, column: f"{table}.{column}" in needs)


def test_questions_ask_for_columns_of_the_contract_in_the_order_of_stages() -> None:
    assert len({question.code for question in QUESTIONS}) == len(QUESTIONS)
    for question in QUESTIONS:
        assert question.step in {f"0{n}" for n in range(8)}
        for need in question.needs:
            table, column = need.split(".")
            assert column in SOURCE_TABLES[table], need
    order = [STAGES.index(question.stage) for question in QUESTIONS]
    assert order == sorted(order)
    asked_for = {need.split(".")[0] for question in QUESTIONS for need in question.needs}
    assert asked_for == set(SOURCE_TABLES), "every table answers something"


def test_a_question_says_what_is_missing() -> None:
    table = _asked(*THREE_COLUMNS, "deliveries.promised_at").set_index("question")
    assert table.loc["customer_value", "answerable"]
    assert table.loc["customer_value", "missing"] == ""
    assert table.loc["reasons_for_leaving", "missing"] == "feedback.kind, feedback.customer_id"
    assert _asked(*(need for question in QUESTIONS for need in question.needs))["answerable"].all()
    check_handed_over("questions", _asked())


def test_additions_are_those_that_switch_on_most_each_on_top_of_the_last() -> None:
    asked = _asked(*THREE_COLUMNS)
    found = additions(asked, ["order_lines"])
    assert found["rank"].tolist() == [1, 2, 3]
    # customers and feedback answer four questions each; feedback needs six columns for it.
    assert found["table"].tolist()[:2] == ["customers", "feedback"]
    assert found.loc[0, "columns"] == "acquisition_source, age_group, joined_at, referrer_id"
    assert found.loc[0, "switched_on"] == "new_customers, who_they_are, where_from, referrals"
    assert found.loc[1, "switched_on"] == "satisfaction, complaints, slow_answers, what_they_write"
    assert found["questions"].tolist()[:2] == [4, 4]
    rest = set(asked.loc[~asked["answerable"], "question"])
    told = [code for codes in found["switched_on"] for code in codes.split(", ")]
    assert set(told) < rest
    assert len(told) == len(set(told)), "no question counts twice"
    check_handed_over("additions", found)


def test_of_a_table_that_is_there_single_columns_are_added() -> None:
    every = {need for question in QUESTIONS for need in question.needs}
    asked = _asked(*(every - {"order_lines.channel", "consents.granted", "order_lines.unit_cost"}))
    found = additions(asked, list(SOURCE_TABLES))
    assert found[["table", "columns", "questions"]].to_numpy().tolist() == [
        ["order_lines", "channel", 2],
        ["consents", "granted", 1],
        ["order_lines", "unit_cost", 1],
    ]


def test_a_question_with_two_gaps_is_switched_on_by_the_second_addition() -> None:
    every = {need for question in QUESTIONS for need in question.needs}
    asked = _asked(*(every - {"partners.kind", "prospects.partner_id"}))
    assert additions(asked, list(SOURCE_TABLES)).empty, "no single column is enough"
    assert additions(_asked(*every), list(SOURCE_TABLES)).empty


@pytest.mark.parametrize(
    ("stages", "reached"),
    [
        ((), [True, False, False]),
        (("operations",), [True, False, False]),
        (("operations", "analysis"), [True, True, False]),
        (("analysis", "integration"), [True, True, True]),
        (("integration",), [True, False, False]),
        (STAGES, [True, True, True]),
    ],
)
def test_a_stage_is_reached_after_those_before_it(stages: tuple[str, ...], reached: list[bool]) -> None:
    asked = _asked()
    found = maturity(asked.assign(answerable=asked["stage"].isin(stages)))
    assert found["stage"].tolist() == list(STAGES)
    assert found["reached"].tolist() == reached
    assert found["questions"].sum() == len(QUESTIONS)
    assert found["answerable"].sum() == asked["stage"].isin(stages).sum()
    check_handed_over("maturity", found)


def test_half_of_a_stage_is_enough() -> None:
    asked = _asked()
    mine = asked.index[asked["stage"] == "analysis"]
    enough = -(-len(mine) // 2)
    for n, reached in ((enough, True), (enough - 1, False)):
        found = maturity(asked.assign(answerable=asked.index.isin(mine[:n]))).set_index("stage")
        assert found.loc["analysis", "reached"] == reached


def test_the_inventory_counts_what_is_filled_and_since_when(engine: Engine, tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path, engine)
    lines = {
        "customer_id": ["c1", "c2", "c3", "c4"],
        "ordered_at": pd.to_datetime(
            ["2024-01-05 10:00", "2024-02-01", "2024-03-01", "2024-03-31 23:59"], format="mixed"
        ),
        "channel": ["web", None, None, None],
        "unit_cost": [None] * 4,
        "line_kind": "sale",
    }
    warehouse.write_frame("order_lines", pd.DataFrame(lines))
    warehouse.write_frame("products", pd.DataFrame({"product_id": ["p1"], "category": ["tea"]}))
    warehouse.write_frame("customers", pd.DataFrame({"customer_id": ["c1"], "email": ["x"]}).iloc[:0])
    found = inventory({name: warehouse.read(name) for name in ("products", "order_lines", "customers")})
    check_handed_over("inventory", found)
    assert found["table"].unique().tolist() == ["order_lines", "products"], "in the order of the contract, none empty"
    table = found.set_index(["table", "column"])
    assert table["filled"].to_dict() == {
        ("order_lines", "customer_id"): 1.0,
        ("order_lines", "ordered_at"): 1.0,
        ("order_lines", "unit_cost"): 0.0,
        ("order_lines", "channel"): 0.25,
        ("products", "product_id"): 1.0,
        ("products", "category"): 1.0,
    }
    row = table.loc[("order_lines", "channel")]
    assert (row["rows"], row["first"], row["last"]) == (
        4,
        pd.Timestamp("2024-01-05 10:00"),
        pd.Timestamp("2024-03-31 23:59"),
    )
    assert pd.isna(table.loc[("products", "category"), "first"])
    filled = filled_in(found)
    assert filled("order_lines", "channel")
    assert not filled("order_lines", "unit_cost")
    assert not filled("customers", "email")

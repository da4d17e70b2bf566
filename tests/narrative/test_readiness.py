"""Readiness in words: every question has one, in both languages."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from crm_analysis.decisions import additions, maturity, questions
from crm_analysis.decisions.questions import QUESTIONS, STAGES
from crm_analysis.messages import language
from crm_analysis.narrative import readiness as words


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_question_and_stage_has_a_name_of_its_own(lang: str) -> None:
    with language(lang):
        names = [words.question_label(q.code) for q in QUESTIONS] + [words.stage_label(stage) for stage in STAGES]
    assert len(set(names)) == len(names)
    assert lang == "en" or all(re.search("[가-힣]", name) for name in names)


def _asked(*tables: str) -> pd.DataFrame:
    return questions(lambda table, column: table in tables)


def test_the_sentence_says_how_far_the_data_has_come() -> None:
    asked = _asked("order_lines")
    answerable = int(asked["answerable"].sum())
    told = words.maturity_sentence(maturity(asked))
    assert told.startswith(f"The data can answer {answerable} questions of {len(QUESTIONS)} ")
    assert "has reached the stage: Operations and products." in told
    everything = words.maturity_sentence(maturity(asked.assign(answerable=True)))
    assert "has reached the stage: Customers, integrated." in everything


def test_additions_are_named_with_the_questions_they_answer() -> None:
    rows, _heads = words.addition_rows(additions(_asked("order_lines"), ["order_lines"]))
    assert rows[0][0].startswith("customers.acquisition_source, customers.age_group, ")
    assert "Who is really new?" in rows[0][2]
    assert len(rows) == 3


def test_questions_that_can_be_answered_are_not_listed() -> None:
    rows, _heads = words.question_rows(_asked("order_lines"))
    assert ["Whom may we contact?", "06", "consents.granted"] in rows
    assert not any("worth" in row[0] for row in rows)


def test_the_inventory_names_what_is_least_complete() -> None:
    frame = pd.DataFrame(
        {
            "table": "order_lines",
            "column": ["customer_id", "channel", "discount", "unit_cost"],
            "rows": 1000,
            "filled": [1.0, 0.4, 0.9, 0.0],
            "first": pd.Timestamp("2024-01-05"),
            "last": pd.Timestamp("2024-03-31"),
        }
    )
    rows, heads = words.inventory_rows(frame)
    assert len(rows[0]) == len(heads)
    assert rows[0][:4] == ["order_lines", "1,000", "5 Jan 2024", "31 Mar 2024"]
    assert rows[0][4].startswith("3 of ")
    assert rows[0][5] == "order_lines.channel 40 %, order_lines.discount 90 %", "a column without any value is no gap"

"""What a step shows between its figures."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pyarrow.parquet as pq
import pytest
from IPython.core.formatters import format_display_data
from markdown_it import MarkdownIt

from crm_analysis.workflow import session


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    shown: list[str] = []
    monkeypatch.setattr(session, "display", lambda item: shown.append(format_display_data(item)[0]["text/markdown"]))
    return shown


@pytest.mark.parametrize(
    "sentence",
    [
        "2017. 9. 4.(월) 기준으로 고객 2,435명의 구매를 예측한 결과입니다.",
        "Sales rose from $2.28M to $2.32M.",
        "410만~2,060만원 그리고 3~5일, 6~7일",
        "Milk <img src=x onerror=alert(1)> sold best.",
    ],
)
def test_a_sentence_is_shown_as_it_stands(sentence: str, said: list[str]) -> None:
    session.StepSession.say(None, "", sentence)  # type: ignore[arg-type]
    page = MarkdownIt().enable("strikethrough").render(said[0])
    assert page.startswith("<p>")
    text = page.removeprefix("<p>").removesuffix("</p>\n").replace("&lt;", "<").replace("&gt;", ">")
    assert text == sentence
    assert "<img" not in page


def test_two_amounts_in_dollars_are_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(session, "display", lambda item: shown.append(item.data))
    step = SimpleNamespace(note={}, _keep=lambda: None)
    session.StepSession.answer(step, "It rose from $2.28M to $2.32M.")  # type: ignore[arg-type]
    runs = re.split(r"<[^>]+>", shown[0])
    assert "".join(runs) == "It rose from $2.28M to $2.32M."
    assert all(run.count("$") < 2 for run in runs), "a formula needs both signs in one run of text"


def test_tables_about_customers_are_saved_in_groups(tmp_path: Path) -> None:
    step = SimpleNamespace(run_dir=tmp_path, _told_again=False)
    size = 2 * session.ROWS_TOGETHER + 1
    ids = [f"c{n:06}" for n in range(size)]
    plan = {"rank": 1, "item": "tea", "kind": "again", "reason": "bought_before"}
    session.StepSession.save(step, "personal_plan", pd.DataFrame({"customer_id": ids, **plan}))
    found = pq.read_metadata(tmp_path / "tables" / "personal_plan.parquet")
    assert found.num_row_groups == 3
    last = found.row_group(2).column(0).statistics
    assert (last.min, last.max) == (ids[-1], ids[-1]), "the group says whom it can hold"

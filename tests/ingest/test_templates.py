"""Each example is read back without a problem, in both languages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from crm_analysis.cleaning import ledger_of, ledger_of_lines, mark_lines, mark_rows
from crm_analysis.cli import main
from crm_analysis.config import CleaningSettings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.errors import ConfigError, IngestError
from crm_analysis.ingest.templates import template_header, write_template
from crm_analysis.messages import language, use_language
from crm_analysis.warehouse import collect
from tests.ingest.conftest import TODAY, Desk

HANGUL = range(0xAC00, 0xD7A4)


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("table", SOURCE_TABLES)
def test_an_example_comes_back_without_a_problem(desk_duckdb: Desk, table: str, lang: str) -> None:
    with language(lang):
        headers = write_template(table, desk_duckdb.folder / "example.xlsx")
        staged = desk_duckdb.stage("example.xlsx", into=table)
    spec = SOURCE_TABLES[table]
    wanted = [column for column in spec.columns if column.name != "order_amount"]
    with language(lang):
        assert staged.mapping == {column.name: template_header(column) for column in wanted}
    assert list(staged.mapping.values()) == headers
    assert staged.problems == {}
    rows = collect(staged.rows)
    empty = [column.name for column in wanted if rows[column.name].isna().all()]
    assert empty == [], "every column has an example"
    if table == "order_lines":
        marked = mark_lines(staged.rows, CleaningSettings(), mapped=set(staged.mapping), today=TODAY)
        ledger = ledger_of_lines(marked)
        assert len(rows) == 4, "three lines and a return"
    else:
        marked_rows, rules = mark_rows(staged.rows, spec)
        ledger = ledger_of(marked_rows, table, rules, None)
        assert len(rows) == 3
    out = ledger[(ledger["action"] != "kept") & (ledger["action"] != "flagged")]
    assert out["rows"].sum() == 0, out


def test_numbers_dates_and_ids_are_cells_of_their_kind(tmp_path: Path) -> None:
    write_template("order_lines", tmp_path / "lines.xlsx")
    book = openpyxl.load_workbook(tmp_path / "lines.xlsx")
    page = book["order_lines"]
    heads = {str(cell.value): cell.column for cell in page[1]}
    assert page.cell(2, heads["ordered_at"]).value == datetime(2025, 6, 2, 10, 30)
    assert page.cell(2, heads["amount"]).value == 19000
    assert page.cell(2, heads["customer_id"]).number_format == "@", "an id that is typed over keeps its zeros"
    assert page.cell(40, heads["customer_id"]).number_format == "@"
    explained = {row[1].value: row for row in book.worksheets[1].iter_rows(min_row=2) if row[1].value}
    assert explained["customer_id"][3].value == "yes"
    assert explained["unit_cost"][5].value == "profit instead of an assumed margin"


def test_a_korean_example_is_korean(tmp_path: Path) -> None:
    with language("ko"):
        write_template("goals", tmp_path / "goals.xlsx")
    book = openpyxl.load_workbook(tmp_path / "goals.xlsx")
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]] == ["목표", "지표", "목표값", "현재값", "기한"]
    assert any(ord(letter) in HANGUL for letter in str(page.cell(2, 1).value))
    assert any(ord(letter) in HANGUL for letter in book.sheetnames[1])


def test_a_file_is_never_replaced_and_a_table_must_be_known(tmp_path: Path) -> None:
    (tmp_path / "goals.xlsx").write_text("mine")
    with pytest.raises(IngestError, match=r"goals\.xlsx exists already and was left as it is"):
        write_template("goals", tmp_path / "goals.xlsx")
    assert (tmp_path / "goals.xlsx").read_text() == "mine"
    with pytest.raises(ConfigError, match=r"no table 'goal'\. Tables: order_lines, products"):
        write_template("goal", tmp_path / "goal.xlsx")
    with pytest.raises(IngestError, match=r"goals\.xlsx cannot be written: No such file or directory"):
        write_template("goals", tmp_path / "gone" / "goals.xlsx")


def test_the_command_writes_in_the_language_of_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "crm.toml").write_text('[project]\nlang = "ko"\n')
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> int:
        with pytest.raises(SystemExit) as left:
            main(["template", *words])
        use_language("en")
        return int(left.value.code or 0)

    assert call("competitors") == 0
    assert 'path = "competitors.xlsx"' in capsys.readouterr().out
    assert pd.read_excel(tmp_path / "competitors.xlsx").columns[0] == "경쟁사"
    assert call("competitors", "--to", "other.xlsx", "--lang", "en") == 0
    assert pd.read_excel(tmp_path / "other.xlsx").columns[0] == "name"
    assert call("competitors") == 1
    assert call() == 2

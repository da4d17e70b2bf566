"""What the dashboard reads: published runs, their pages without code, their tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.dashboard.changes_view import changes_html
from crm_analysis.dashboard.published import PublishedRun, published_runs
from crm_analysis.dashboard.tables import ROWS_OF_PAGE, TableQuery, found_rows, table_html
from crm_analysis.messages import language
from crm_analysis.workflow.without_code import page_body, page_without_code

from .conftest import HOSTILE, NEW, OLD, PAGE, SOURCE


def test_only_published_runs_are_there_newest_first(reports: Path) -> None:
    found = published_runs(reports)
    assert [(name, [run.id for run in runs]) for name, runs in found.items()] == [("corner_shop", [NEW, OLD])]


def test_no_folder_of_reports_means_no_runs(tmp_path: Path) -> None:
    assert published_runs(tmp_path / "none") == {}


def test_a_page_comes_in_the_language_in_use_and_without_code(run: PublishedRun) -> None:
    assert "First screen en" in run.body("index.html", "/")
    with language("ko"):
        body = run.body("index.html", "/base/")
        assert "First screen ko" in body
        assert f'href="/base/report/corner_shop/{NEW}/ko/02_customers.html"' in body
    assert SOURCE not in body
    assert "drawFigures" not in body
    assert 'href="#here"' in body
    assert 'href="https://example.org/"' in body
    assert '<script type="application/json">{"data":[]}</script>' in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; 1,234 &#8361;" in body


def test_a_whole_page_loses_its_code_and_nothing_else() -> None:
    page = PAGE.format(lang="en", title="T", source=SOURCE, hostile="x")
    bare = page_without_code(page)
    assert SOURCE not in bare
    assert 'id="code"' not in bare
    for kept in ("<!DOCTYPE html>", "drawFigures(document)", "<h1>T</h1>", "</body></html>"):
        assert kept in bare
    without = PAGE.replace('<div class="code"><div class="highlight"><pre>{source}</pre></div></div>', "")
    without = without.replace('<label class="toggle"><input type="checkbox" id="code"> code</label>', "")
    assert bare == without.format(lang="en", title="T", hostile="x")


def test_code_that_holds_marks_does_not_end_the_block_early() -> None:
    page = '<main><div class="code"><div><pre>a &lt;/div&gt; b</pre></div><div>c</div></div>after</main>'
    assert page_body(page) == "after"


def test_tables_are_those_of_the_manifest_and_others_are_unknown(run: PublishedRun) -> None:
    assert run.tables["customer_scores"] == len(run.table("customer_scores")) > 0
    for name in ("nothing", "../../../manifest"):
        with pytest.raises(KeyError, match="nothing|manifest"):
            run.table(name)


FRAME = pd.DataFrame({"name": ["Ann Bo", "bo", None, HOSTILE], "n": [3.0, None, 10.0, 1.0]})


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (TableQuery(), [0, 1, 2, 3]),
        (TableQuery("BO"), [0, 1]),
        (TableQuery("bo ann"), [0]),
        (TableQuery("10"), [2]),
        (TableQuery("none"), []),
        (TableQuery(sort_by="n"), [3, 0, 2, 1]),
        (TableQuery(sort_by="n", descending=True), [2, 0, 3, 1]),
        (TableQuery("o", sort_by="no such column"), [0, 1]),
    ],
)
def test_rows_are_searched_and_sorted_as_a_whole(query: TableQuery, rows: list[int]) -> None:
    assert found_rows(FRAME, query).index.tolist() == rows


def test_a_name_that_is_a_script_is_shown_as_text() -> None:
    html = table_html(FRAME, TableQuery())
    assert HOSTILE not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_long_table_is_shown_in_parts_that_cover_it() -> None:
    frame = pd.DataFrame({"n": range(ROWS_OF_PAGE * 2 + 3)})
    shown = [table_html(frame, TableQuery(page=page)).count("<tr>") - 1 for page in range(4)]
    assert shown == [ROWS_OF_PAGE, ROWS_OF_PAGE, 3, 3], "a page beyond the last is the last"


def test_two_runs_are_compared_with_the_sentences_of_the_first_screen(reports: Path) -> None:
    new, old = published_runs(reports)["corner_shop"]
    said = changes_html(new, old)
    assert said.startswith("<ul><li>")
    assert "Customer value over 12 months" in said
    assert "\ue000" not in said

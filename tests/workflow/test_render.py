from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import plotly.graph_objects as go
import pytest

from crm_analysis.messages import language
from crm_analysis.plots.theme import styled
from crm_analysis.workflow.editions import editions_of
from crm_analysis.workflow.figures import PLOTLY_SCRIPT, figure_html
from crm_analysis.workflow.pages import PageFrame
from crm_analysis.workflow.render import render_notebook, render_page
from crm_analysis.workflow.steps import STEPS

ENGLISH = editions_of(["en"])
FIGURE = {
    "data": [{"type": "bar", "x": ["a", "</script><b>"], "y": [1, 2]}],
    "layout": {
        "height": 300,
        "meta": {
            "alt": 'Bar "a" is <shorter>.',
            "table": {"columns": ["name", "<n>"], "rows": [["a", "1,234"], ["b", None]]},
        },
    },
}
EXTERNAL = re.compile(r"""(?:src|href|url|@import)\s*[=(]?\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)


def output(data: dict[str, Any], kind: str = "display_data") -> nbformat.NotebookNode:
    return nbformat.v4.new_output(kind, data=data)


def executed(*outputs: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Title\n\nIt costs $5 & <em>more</em>."),
            nbformat.v4.new_code_cell(
                '# Parameters\nconfig = "/home/kim/crm.toml"\nrun_dir = "/home/kim/x"\nshop = "가게"',
                metadata={"tags": ["injected-parameters"]},
            ),
            nbformat.v4.new_code_cell("show(1 < 2)", outputs=list(outputs)),
        ]
    )


def page(*outputs: nbformat.NotebookNode, failure: str | None = None, project: str = "Shop <1>") -> str:
    frame = PageFrame(project, STEPS, ENGLISH)
    return render_notebook(executed(*outputs), STEPS[2], ENGLISH[0], frame, failure=failure)


def test_page_has_bar_navigation_and_folded_code() -> None:
    html = page()
    assert '<html lang="en">' in html
    assert "Shop &lt;1&gt;" in html
    assert re.findall(r'<a[^>]* href="(\d\d_\w+\.html)"', html) == [step.page for step in STEPS]
    assert re.search(r'<a [^>]*aria-current="page"[^>]*>02 Customer analysis</a>', html)
    assert html.count('<div class="code">') == 2
    assert html.count("Show the code") == 1
    assert 'href="index.html"' in html


def test_long_pages_list_their_parts() -> None:
    def of(parts: int) -> str:
        cells = [nbformat.v4.new_markdown_cell(f"## Part {n}\n\nText.", id=f"p{n}") for n in range(parts)]
        notebook = nbformat.v4.new_notebook(cells=cells)
        return render_notebook(notebook, STEPS[2], ENGLISH[0], PageFrame("Shop", STEPS, ENGLISH))

    long = of(5)
    assert [f'<a href="#cell-p{n}">Part {n}</a>' in long for n in range(5)] == [True] * 5
    assert all(f'id="cell-p{n}"' in long for n in range(5))
    assert 'class="parts"' not in of(3)


def test_page_asks_for_nothing_from_the_network() -> None:
    html = page(output({"application/vnd.plotly.v1+json": FIGURE}))
    assert not EXTERNAL.search(html)
    assert re.findall(r'<script[^>]*src="([^"]*)"', html) == [PLOTLY_SCRIPT]


def test_pattern_for_external_addresses_finds_them() -> None:
    assert EXTERNAL.search('<script src="https://cdn.example/x.js">')
    assert EXTERNAL.search("@import url(//fonts.example/x.css)")


def test_folders_of_this_machine_are_left_out_and_parameters_stay() -> None:
    html = page()
    assert "/home/kim" not in html
    assert "가게" in html


def test_outputs_of_each_kind() -> None:
    html = page(
        output({"text/html": "<table><tr><td>cell</td></tr></table>", "text/plain": "plain"}),
        output({"text/markdown": "**strong** words"}, "display_data"),
        nbformat.v4.new_output("stream", name="stdout", text="said <this>"),
        nbformat.v4.new_output("stream", name="stderr", text="a warning of the kernel"),
    )
    assert "<td>cell</td>" in html
    assert "<strong>strong</strong> words" in html
    assert "said &lt;this&gt;" in html
    assert "plain" not in html
    assert "a warning of the kernel" not in html


def test_figure_keeps_its_text_when_it_is_not_drawn_and_cannot_break_out() -> None:
    html = page(output({"application/vnd.plotly.v1+json": FIGURE, "text/html": "<i>other form</i>"}))
    assert 'aria-label="Bar &quot;a&quot; is &lt;shorter&gt;."' in html or 'Bar "a" is &lt;shorter&gt;.' in html
    assert "<td>1,234</td>" in html
    assert "&lt;n&gt;" in html
    assert "other form" not in html
    (body,) = re.findall(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    assert json.loads(body)["data"] == FIGURE["data"]
    assert "meta" not in json.loads(body)["layout"]


def test_alternative_text_of_the_output_goes_first() -> None:
    assert 'aria-label="from the output"' in figure_html(FIGURE, {"alt": "from the output"})
    assert "Figure without a description." in figure_html({"data": []})


def test_failure_stands_on_top_and_error_is_folded() -> None:
    error = nbformat.v4.new_output("error", ename="KeyError", evalue="x", traceback=["\x1b[31mKeyError\x1b[0m: x"])
    html = page(error, failure="KeyError: <x>")
    assert '<p class="failure" role="alert">KeyError: &lt;x&gt;</p>' in html
    assert html.index("KeyError: &lt;x&gt;") < html.index("Show the error")


def test_page_is_in_the_language_of_the_run() -> None:
    with language("xx"):
        html = page()
    assert "Show the code" not in html
    assert ">Overview<" not in html
    with language("ko"):
        assert '<html lang="ko">' in page()


def test_rendering_leaves_the_notebook_alone(tmp_path: Path) -> None:
    notebook = executed(output({"application/vnd.plotly.v1+json": FIGURE}))
    before = nbformat.writes(notebook)
    render_notebook(notebook, STEPS[2], ENGLISH[0], PageFrame("Shop", STEPS, ENGLISH))
    assert nbformat.writes(notebook) == before


@pytest.mark.browser
def test_figure_is_drawn_from_disk_without_network(tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    nbformat.write(executed(output({"application/vnd.plotly.v1+json": FIGURE})), tmp_path / STEPS[2].notebook)
    path = render_page(tmp_path, STEPS[2], ENGLISH[0], PageFrame("가게", STEPS, ENGLISH))
    requests, problems = [], []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for width in (390, 1280):
            view = browser.new_page(viewport={"width": width, "height": 800})
            view.on("request", lambda request: requests.append(request.url))
            view.on("requestfailed", lambda request: problems.append(request.url))
            view.on("console", lambda message: problems.append(message.text))
            view.on("pageerror", lambda error: problems.append(str(error)))
            view.goto(path.as_uri())
            view.wait_for_selector("figure.figure svg.main-svg")
            assert view.evaluate("document.documentElement.scrollWidth") <= width
            assert view.locator("p.alt").count() == 0
        browser.close()
    assert problems == []
    assert all(url.startswith(("file://", "data:", "blob:")) for url in requests)


def test_words_of_a_figure_are_the_page_s_and_go_back_into_a_saved_picture() -> None:
    drawn = styled(
        go.Figure(go.Bar(x=[1], y=[2])),
        title="Tom & Ann grew",
        subtitle="Sales, USD",
        caption="From <orders>.",
        alt="x",
    )
    html = figure_html(json.loads(str(drawn.to_json())))
    assert '<p class="figure-title">Tom &amp; Ann grew</p><p class="figure-subtitle">Sales, USD</p><div' in html
    assert '<p class="figure-caption">From &lt;orders&gt;.</p>' in html
    kept = json.loads(re.findall(r'<script type="application/json">(.*?)</script>', html)[0])
    assert kept["layout"]["annotations"] == []
    assert len(kept["picture"]["annotations"]) == 3
    lost = kept["picture"]["height"] - kept["layout"]["height"]
    whole, bare = kept["picture"]["margin"], kept["layout"]["margin"]
    assert lost == sum(whole[side] - bare[side] for side in "tb") > 0


def test_a_figure_of_somebody_else_is_left_as_it_is() -> None:
    html = figure_html({"data": [], "layout": {"title": {"text": "Mine"}, "annotations": [{"text": "note"}]}})
    kept = json.loads(re.findall(r'<script type="application/json">(.*?)</script>', html)[0])
    assert kept == {
        "data": [],
        "layout": {"title": {"text": "Mine"}, "annotations": [{"text": "note"}]},
        "picture": {},
    }
    assert "figure-title" not in html

"""An executed notebook as a page that opens from disk: no server, no network, no kernel."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import HTMLExporter
from traitlets.config import Config

from crm_analysis.messages import _
from crm_analysis.workflow.editions import Edition
from crm_analysis.workflow.figures import PLOTLY_SCRIPT, figure_html, put_plotly
from crm_analysis.workflow.files import write_text
from crm_analysis.workflow.pages import PageFrame
from crm_analysis.workflow.steps import Step
from crm_analysis.workflow.style import TEMPLATES, language_switch, page_language, report_css

__all__ = ["render_notebook", "render_page"]

_PLOTLY = "application/vnd.plotly.v1+json"
_FIGURE = "application/vnd.crm-analysis.figure+html"
_SHOWN = [_FIGURE, "text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain"]
_LEAST_PARTS = 4
_OF_THIS_MACHINE = ("config = ", "run_dir = ")


def render_page(run_dir: Path, step: Step, edition: Edition, frame: PageFrame, *, failure: str | None = None) -> Path:
    """Render the executed notebook of a step beside it, and the script for its figures.

    Parameters
    ----------
    run_dir
        Folder of the run.
    edition
        Says where in it the executed notebook lies; the page is written there.
    failure
        One line that says why the step did not end well, shown on top.

    Returns
    -------
    pathlib.Path
        The page.
    """
    folder = edition.folder(run_dir)
    notebook = nbformat.read(str(folder / step.notebook), as_version=4)
    put_plotly(run_dir)
    page = folder / step.page
    write_text(page, render_notebook(notebook, step, edition, frame, failure=failure))
    return page


def render_notebook(
    notebook: nbformat.NotebookNode, step: Step, edition: Edition, frame: PageFrame, *, failure: str | None = None
) -> str:
    """An executed notebook as the text of an HTML page in the current language."""
    exporter = HTMLExporter(
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
        config=Config({"NbConvertBase": {"display_data_priority": _SHOWN}, "TemplateExporter": _NO_PROMPTS}),
    )
    html, _resources = exporter.from_notebook_node(
        _prepared(notebook), resources={"report": _page(step, edition, frame, failure) | {"parts": _parts(notebook)}}
    )
    return str(html)


_NO_PROMPTS = {"exclude_input_prompt": True, "exclude_output_prompt": True}


def _page(step: Step, edition: Edition, frame: PageFrame, failure: str | None) -> dict[str, Any]:
    """What the template shows around the cells; all text in the current language."""
    return {
        **page_language(),
        "switch": language_switch(step.page, edition, frame.editions),
        "project": frame.project,
        "title": step.title(),
        "step": step.number,
        "navigation": [
            {"href": other.page, "text": f"{other.number} {other.title()}", "current": other == step}
            for other in frame.steps
        ],
        "failure": failure,
        "css": report_css(),
        "script": (TEMPLATES / "report" / "figures.js").read_text(encoding="utf-8"),
        "plotly": edition.to_home + PLOTLY_SCRIPT,
        "words": {
            "overview": _("Overview"),
            "steps": _("Steps of the report"),
            "parts": _("On this page"),
            "show_code": _("Show the code"),
            "show_error": _("Show the error"),
            "download": _("Save this figure as a picture"),
            "saving": _("The picture is being made"),
            "saved": _("The picture is saved"),
        },
    }


def _parts(notebook: nbformat.NotebookNode) -> list[dict[str, str]]:
    """Headings of the second rank with the cells they stand in, for pages that are long: four parts or more."""
    headed = [
        {"href": f"#cell-{cell.id}", "text": line.removeprefix("## ").strip()}
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]
    return headed if len(headed) >= _LEAST_PARTS else []


def _prepared(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy with figures as HTML, without lines that name folders of this machine and without metadata."""
    prepared = copy.deepcopy(notebook)
    for cell in prepared.cells:
        if cell.cell_type != "code":
            continue
        if "injected-parameters" in cell.metadata.get("tags", []):
            lines = [line for line in cell.source.splitlines() if not line.startswith(_OF_THIS_MACHINE)]
            cell.source = "\n".join(lines)
        for output in cell.get("outputs", []):
            figure = output.get("data", {}).get(_PLOTLY)
            if figure is not None:
                output.data[_FIGURE] = figure_html(figure, output.get("metadata"))
                del output.data[_PLOTLY]
    return prepared

"""Pieces of HTML that the dashboard puts into its widgets."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from ipywidgets import HTML

from crm_analysis.dashboard.published import PublishedRun
from crm_analysis.messages import _, current_language
from crm_analysis.workflow.figures import figure_html
from crm_analysis.workflow.recorded import data_state

__all__ = ["PAGE", "content", "figure", "head", "note", "put", "words"]

PAGE = Path(__file__).parent / "page"
"""Folder with the template, the style sheet and the script of the page in the browser."""


def content(html: str, *classes: str) -> HTML:
    """A widget that shows HTML as it stands: no formula is set in it, whatever its amounts look like."""
    widget = HTML(_plain(html))
    for name in ("crm-html", *classes):
        widget.add_class(name)
    return widget


def _plain(html: str) -> str:
    return f'<div class="mathjax_ignore">{html}</div>'


def put(widget: HTML, html: str) -> None:
    """Put other HTML into a widget of :func:`content`."""
    widget.value = _plain(html)


def note(text: str) -> str:
    """A sentence in place of what is not there."""
    return f'<p class="empty">{escape(text)}</p>'


def words() -> str:
    """What the script of the page needs: the language and its words."""
    said = {
        "download": _("Save this figure as a picture"),
        "saving": _("The picture is being made"),
        "saved": _("The picture is saved"),
        "ended": _("This session has ended after a pause. Load the page again to go on."),
    }
    attributes = "".join(f' data-{name}="{escape(text)}"' for name, text in said.items())
    return f'<div hidden id="crm-words" data-lang="{escape(current_language())}"{attributes}></div>'


def head(run: PublishedRun) -> str:
    """Name of the project, and quality of the data as a badge that leads to its step."""
    badge = ""
    if {"parts", "ready"} <= set(run.facts):
        state = "good" if run.facts["parts"] == run.facts["ready"] else "gaps"
        badge = f'<a class="badge {state}" href="#00_data.html">{escape(data_state(run.facts))}</a>'
    return f'<span class="project">{escape(run.project)}</span> {badge}'


def figure(drawn: Any, otherwise: str) -> str:
    """A Plotly figure as the pages of a report show it, or why there is none."""
    return note(otherwise) if drawn is None else figure_html(json.loads(drawn.to_json()))

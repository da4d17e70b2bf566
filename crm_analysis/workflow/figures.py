"""Plotly figures in a page: drawn from their JSON by a script beside the page, readable without it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from crm_analysis.messages import _
from crm_analysis.plots.theme import WORDS
from crm_analysis.workflow.files import write_text

__all__ = ["PLOTLY_SCRIPT", "figure_html", "put_plotly"]

PLOTLY_SCRIPT = "assets/plotly.min.js"
"""Place of the script in a run folder, relative to its pages."""


def put_plotly(run_dir: Path) -> None:
    """Copy the script that draws figures into a run folder, once."""
    target = run_dir / PLOTLY_SCRIPT
    if target.is_file():
        return
    from plotly.offline import get_plotlyjs

    target.parent.mkdir(exist_ok=True)
    write_text(target, get_plotlyjs())


def figure_html(figure: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> str:
    """A figure as HTML: its alternative text, its JSON and its table behind a button.

    Parameters
    ----------
    figure
        Output of type ``application/vnd.plotly.v1+json``: ``data`` and ``layout``; ``layout.meta`` may hold
        ``alt`` (a sentence) and ``table`` (``columns`` and ``rows``).
    metadata
        Metadata of the output; its ``alt`` goes before that of the figure.
    """
    layout = dict(figure.get("layout") or {})
    meta = layout.pop("meta", None)
    meta = meta if isinstance(meta, Mapping) else {}
    layout, picture = _without_words(layout, meta.get("words") or {})
    alt = str((metadata or {}).get("alt") or meta.get("alt") or _("Figure without a description."))
    height = layout.get("height")
    style = f' style="min-height:{int(height)}px"' if isinstance(height, (int, float)) else ""
    body = _script_json({"data": figure.get("data") or [], "layout": layout, "picture": picture})
    head = _words_html(meta, "title", "subtitle") if picture else ""
    foot = _words_html(meta, "caption") if picture else ""
    return (
        f'<figure class="figure">{head}<div class="plot" role="img" aria-label="{escape(alt)}"{style}>'
        f'<p class="alt">{escape(alt)}</p></div>'
        f'<script type="application/json">{body}</script>{foot}{_table_html(meta.get("table"))}</figure>'
    )


def _without_words(layout: dict[str, Any], heights: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The layout without title, subtitle and caption, and what to put back into a saved picture."""
    notes = layout.get("annotations") or []
    words = [note for note in notes if note.get("name") == WORDS]
    margin, height = layout.get("margin") or {}, layout.get("height")
    if not words or height is None:
        return layout, {}
    head, foot = heights.get("head", 0), heights.get("foot", 0)
    bare = {
        **layout,
        "annotations": [note for note in notes if note.get("name") != WORDS],
        "margin": {**margin, "t": margin.get("t", 0) - head, "b": margin.get("b", 0) - foot},
        "height": height - head - foot,
    }
    unnamed = [{key: value for key, value in note.items() if key != "name"} for note in words]
    return bare, {"annotations": unnamed, "margin": margin, "height": height}


def _words_html(meta: Mapping[str, Any], *names: str) -> str:
    return "".join(f'<p class="figure-{name}">{escape(str(meta[name]))}</p>' for name in names if meta.get(name))


def _table_html(table: Any) -> str:
    if not isinstance(table, Mapping) or not table.get("columns"):
        return ""
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in table["columns"])
    rows = "".join(_row_html(row) for row in table.get("rows") or [])
    return (
        f"<details class='figure-table'><summary>{escape(_('Show the table'))}</summary>"
        f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _row_html(row: Sequence[Any]) -> str:
    return "<tr>" + "".join(f"<td>{escape('' if value is None else str(value))}</td>" for value in row) + "</tr>"


def _script_json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

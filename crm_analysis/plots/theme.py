"""One look for every figure: title that states the finding, colours, fonts, margins, table and alternative text.

Sources of the rules: colours that stay apart under the common colour deficiencies (Okabe and Ito 2008),
Cividis for order (Nuñez, Anderton and Renslow 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from crm_analysis.plots.fitting import NARROWEST, escape, wrapped_lines

__all__ = [
    "CONFIG",
    "DIVERGING",
    "FAINT",
    "FONT_FAMILY",
    "GRID",
    "MOST_POINTS",
    "ORDERED",
    "REFERENCE",
    "SERIES",
    "figure_table",
    "shade",
    "styled",
]

SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
"""Colours of up to four series; one colour has one meaning over all pages."""

REFERENCE = "#4D4D4D"
"""Reference lines, totals and secondary text: at least 3:1 on white."""

FAINT = "#B0B0B0"
"""Marks that only give context, never text."""

GRID = "#E4E4E4"

ORDERED: tuple[tuple[float, str], ...] = (
    (0.0, "#fdf6c3"),
    (0.15, "#efd964"),
    (0.35, "#bcae6c"),
    (0.55, "#8a8678"),
    (0.75, "#575d6d"),
    (1.0, "#00224e"),
)
"""Scale for amounts from 0: Cividis from light (little) to dark (much)."""

DIVERGING: tuple[tuple[float, str], ...] = ((0.0, "#0072B2"), (0.5, "#FFFFFF"), (1.0, "#E69F00"))
"""Scale for below and above: blue, white, orange."""

FONT_FAMILY = '"Noto Sans KR","Noto Sans CJK KR","Malgun Gothic","Apple SD Gothic Neo",sans-serif'

MOST_POINTS = 5_000
"""No figure carries more points than this."""

CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtons": [["toImage"]],
    "scrollZoom": False,
}
"""Configuration to write a figure with: only the download button, follows the width of its place."""

WORDS = "words"
"""Name of the annotations that are title, subtitle and caption: a page writes them itself, in its own width."""

_TITLE_SIZE, _TEXT_SIZE, _SMALL_SIZE = 16, 13, 12
_TITLE_LINE, _TEXT_LINE, _SMALL_LINE = 21, 18, 16
_EDGE = 10
_SLACK = 12
"""What Plotly may shift texts by where tick labels turn out wider than estimated."""


def styled(
    figure: go.Figure,
    *,
    title: str,
    subtitle: str,
    caption: str | None = None,
    alt: str,
    height: int = 320,
    left: float = 48,
    right: float = 24,
    above: float = 8,
    below: float = 28,
    table: dict[str, list[Any]] | None = None,
) -> go.Figure:
    """Give a figure its title, subtitle, caption, fonts, margins and hidden table.

    Parameters
    ----------
    figure
        The figure, with its marks; it is completed in place and returned.
    title, subtitle, caption
        The finding as a sentence; measure, unit, period and n; definition and source.
    alt
        One sentence made from the data, for those who cannot see the figure.
    height
        Height in pixels of the area the marks are drawn in; title, labels and caption come on top.
    left, right, above, below
        Pixels for labels around that area.
    table
        The figure's data as :func:`figure_table` returns it.

    Returns
    -------
    plotly.graph_objects.Figure
        With ``layout.meta`` holding ``alt``, ``table``, ``title``, ``subtitle`` and ``caption``, and in ``words`` the
        heights in pixels of what a page can write around the figure instead: ``head`` and ``foot``.
    """
    width = NARROWEST - 2 * _EDGE - _SLACK
    titles = wrapped_lines(title, width=width, size=_TITLE_SIZE * 1.04)
    subtitles = wrapped_lines(subtitle, width=width, size=_TEXT_SIZE)
    captions = wrapped_lines(caption or "", width=width, size=_SMALL_SIZE)
    top = _EDGE + len(titles) * _TITLE_LINE + len(subtitles) * _TEXT_LINE + 10 + above
    bottom = below + (len(captions) * _SMALL_LINE + 14 if captions else 6)
    figure.update_layout(
        height=round(height + top + bottom),
        autosize=True,
        margin={"l": left, "r": right, "t": top, "b": bottom, "pad": 0},
        **_LAYOUT,
        meta={
            "alt": alt,
            "table": table,
            "title": title,
            "subtitle": subtitle,
            "caption": caption,
            "words": {
                "head": len(titles) * _TITLE_LINE + len(subtitles) * _TEXT_LINE,
                "foot": len(captions) * _SMALL_LINE,
            },
        },
    )
    _write_title(figure, titles, subtitles, left, above)
    if captions:
        _write_caption(figure, captions, left, below)
    figure.update_xaxes(_AXIS)
    figure.update_yaxes(_AXIS)
    return figure


def figure_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, list[Any]]:
    """The data of a figure as formatted text: ``columns`` and ``rows``, for the "table" button."""
    return {"columns": list(columns), "rows": [list(row) for row in rows]}


def shade(share: float) -> str:
    """Colour of text on a cell of :data:`ORDERED` at ``share`` (0 to 1) of the scale."""
    return "#FFFFFF" if share > 0.63 else "#1A1A1A"


_BUTTONS = (
    "zoom2d",
    "pan2d",
    "select2d",
    "lasso2d",
    "zoomIn2d",
    "zoomOut2d",
    "autoScale2d",
    "resetScale2d",
    "hoverClosestCartesian",
    "hoverCompareCartesian",
    "toggleSpikelines",
)

_LAYOUT: dict[str, Any] = {
    "font": {"family": FONT_FAMILY, "size": _SMALL_SIZE, "color": "#1A1A1A"},
    "paper_bgcolor": "#FFFFFF",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "showlegend": False,
    "dragmode": False,
    "hoverlabel": {"font": {"family": FONT_FAMILY, "size": _TEXT_SIZE}, "align": "left"},
    "modebar": {"remove": list(_BUTTONS), "bgcolor": "rgba(0,0,0,0)", "color": REFERENCE},
    "uniformtext": {"minsize": _SMALL_SIZE, "mode": "show"},
}

_AXIS = {
    "fixedrange": True,
    "automargin": True,
    "gridcolor": GRID,
    "showline": False,
    "ticklabelstandoff": 4,
    "zerolinecolor": REFERENCE,
    "zerolinewidth": 1,
    "tickangle": 0,
    "tickfont": {"size": _SMALL_SIZE},
}


def _write_title(figure: go.Figure, titles: list[str], subtitles: list[str], left: float, above: float) -> None:
    """Title and subtitle as two annotations, flush with the left edge of the figure."""
    height = len(subtitles) * _TEXT_LINE
    for lines, size, colour, shift, bold in (
        (titles, _TITLE_SIZE, "#1A1A1A", height + 8, True),
        (subtitles, _TEXT_SIZE, REFERENCE, 6, False),
    ):
        text = "<br>".join(escape(line) for line in lines)
        figure.add_annotation(
            name=WORDS,
            text=f"<b>{text}</b>" if bold else text,
            x=0,
            y=1,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            xshift=_EDGE - left,
            yshift=above + shift,
            align="left",
            showarrow=False,
            font={"size": size, "color": colour},
        )


def _write_caption(figure: go.Figure, captions: list[str], left: float, below: float) -> None:
    figure.add_annotation(
        name=WORDS,
        text="<br>".join(escape(line) for line in captions),
        x=0,
        y=0,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="top",
        xshift=_EDGE - left,
        yshift=-below - 6,
        align="left",
        showarrow=False,
        font={"size": _SMALL_SIZE, "color": REFERENCE},
    )

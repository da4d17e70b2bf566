"""Dots with intervals, one row each, the words above the mark so that long names fit a narrow screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

from crm_analysis.labels import evidence_label
from crm_analysis.plots.fitting import NARROWEST, escape, wrapped_lines
from crm_analysis.plots.marks import KeyItem
from crm_analysis.plots.scales import Kind, value_axis
from crm_analysis.plots.theme import FAINT, REFERENCE, SERIES

__all__ = ["EVIDENCE_SYMBOLS", "IntervalRow", "evidence_key", "interval_rows"]

EVIDENCE_SYMBOLS = {"measured": "circle", "modelled": "diamond-open", "assumed": "square-open"}
"""Evidence by shape: filled circle, hollow diamond, hollow square."""

_SIGNS = {"measured": "●", "modelled": "◇", "assumed": "□"}
_SIZE = 12
_LINE = 16
_MARK = 24
_LEFT = 22
_ROOM = 0.015


@dataclass(frozen=True)
class IntervalRow:
    """One row: bold ``name`` and ``text`` above, the dot at ``mid`` between ``low`` and ``high`` below.

    ``below`` are further intervals in grey, such as a placebo; ``tick`` is a value marked by a stroke.
    """

    name: str
    text: str
    mid: float
    low: float | None = None
    high: float | None = None
    symbol: str = "circle"
    colour: str = SERIES[0]
    tick: float | None = None
    below: tuple[tuple[float, float, float], ...] = field(default=())


def interval_rows(
    rows: Sequence[IntervalRow], *, kind: Kind, currency: str | None = None, from_zero: bool = True
) -> tuple[go.Figure, dict[str, Any]]:
    """Draw the rows from top to bottom on one axis of values, with a line at zero or without.

    Returns
    -------
    figure, space
        The figure, and the arguments ``height``, ``left``, ``right``, ``below`` for :func:`styled`.
    """
    figure = go.Figure()
    position = 0.0
    reach: list[float] = []
    for row in rows:
        reach += [value for value in (row.mid, row.low, row.high, row.tick) if value is not None]
        reach += [value for placebo in row.below for value in placebo]
    ticks = value_axis(figure, reach, axis="x", kind=kind, currency=currency, zeroline=from_zero)
    left = max(_LEFT, ticks / 2 + 6)
    low, high = figure.layout.xaxis.range
    figure.update_xaxes(range=[low - _ROOM * (high - low), high + _ROOM * (high - low)])
    for row in rows:
        names = wrapped_lines(row.name, width=NARROWEST - _LEFT - 20, size=_SIZE * 1.06)
        texts = wrapped_lines(row.text, width=NARROWEST - _LEFT - 20, size=_SIZE)
        words = "<br>".join([*(f"<b>{escape(line)}</b>" for line in names), *map(escape, texts)])
        figure.add_annotation(
            text=words,
            x=0,
            xref="paper",
            y=position,
            yanchor="top",
            xanchor="left",
            align="left",
            xshift=10 - left,
            showarrow=False,
            bgcolor="#FFFFFF",
            borderpad=0,
            font={"size": _SIZE, "color": "#1A1A1A"},
        )
        position += (len(names) + len(texts)) * _LINE + 4 + _MARK / 2
        _interval(figure, row, position)
        for number, placebo in enumerate(row.below):
            _placebo(figure, placebo, position + 14 * (number + 1))
        position += _MARK / 2 + 14 * len(row.below) + 8
    figure.update_yaxes(range=[position, 0], showticklabels=False, showgrid=False, zeroline=False)
    return figure, {"height": position, "left": left, "right": left + 2, "below": 26}


def evidence_key(found: Sequence[str]) -> list[KeyItem]:
    """Explain the shapes of the grades of evidence that occur."""
    return [KeyItem(_SIGNS[code], SERIES[0], evidence_label(code)) for code in _SIGNS if code in set(found)]


def _interval(figure: go.Figure, row: IntervalRow, position: float) -> None:
    if row.low is not None and row.high is not None:
        figure.add_scatter(
            x=[row.low, row.high],
            y=[position, position],
            mode="lines",
            hoverinfo="skip",
            line={"color": row.colour, "width": 3},
        )
    if row.tick is not None:
        figure.add_scatter(
            x=[row.mid, row.tick],
            y=[position, position],
            mode="lines",
            line={"color": FAINT, "width": 2},
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=[row.tick],
            y=[position],
            mode="markers",
            hoverinfo="skip",
            cliponaxis=False,
            marker={"symbol": "line-ns", "size": 18, "line": {"width": 3, "color": SERIES[1]}},
        )
    figure.add_scatter(
        x=[row.mid],
        y=[position],
        mode="markers",
        cliponaxis=False,
        hoverinfo="text",
        hovertext=f"{escape(row.name)}: {escape(row.text)}",
        marker={"symbol": row.symbol, "size": 12, "color": row.colour, "line": {"width": 2.5, "color": row.colour}},
    )


def _placebo(figure: go.Figure, interval: tuple[float, float, float], position: float) -> None:
    mid, low, high = interval
    figure.add_scatter(
        x=[low, mid, high],
        y=[position] * 3,
        mode="lines+markers",
        hoverinfo="skip",
        line={"color": FAINT, "width": 2},
        marker={"size": [0, 7, 0], "color": REFERENCE},
    )

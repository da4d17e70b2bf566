"""Horizontal bars with their names on the left and their texts at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from crm_analysis.plots.fitting import escape
from crm_analysis.plots.marks import note, vertical_line
from crm_analysis.plots.scales import cell_axis, padded_range, row_names
from crm_analysis.plots.theme import FAINT, SERIES

__all__ = ["Bar", "horizontal_bars"]

_THICKNESS = 19


@dataclass(frozen=True)
class Bar:
    """One horizontal bar from ``start`` to ``start + value``: its name, the text at its end, a tick to compare."""

    name: str
    value: float
    text: str
    colour: str = SERIES[0]
    start: float = 0.0
    hatched: bool = False
    tick: float | None = None


def horizontal_bars(bars: Sequence[Bar], *, connected: bool = False) -> tuple[go.Figure, dict[str, Any]]:
    """Bars from top to bottom, each with its text at the end: no axis of values is needed.

    Returns
    -------
    figure, space
        The figure, and the arguments ``height``, ``left``, ``below`` for :func:`styled`.
    """
    rows = row_names([bar.name for bar in bars])
    ends = [(bar.start, bar.start + bar.value) for bar in bars]
    figure = go.Figure()
    figure.add_bar(
        x=[bar.value for bar in bars],
        y=rows.centres,
        base=[bar.start for bar in bars],
        orientation="h",
        width=_THICKNESS,
        marker=_bar_style(bars),
        hoverinfo="text",
        hovertext=[f"{escape(bar.name)}: {escape(bar.text)}" for bar in bars],
    )
    for number, (bar, (start, end), centre) in enumerate(zip(bars, ends, rows.centres, strict=True)):
        reach = max(start, end, 0.0, end if bar.tick is None else bar.tick)
        note(figure, bar.text, x=reach, y=centre, shift=7)
        if connected and number + 1 < len(bars):
            ends_at = {"x0": end, "x1": end, "y0": centre, "y1": rows.centres[number + 1]}
            figure.add_shape(type="line", line={"color": FAINT, "width": 1}, layer="below", **ends_at)
    if any(start < 0 or end < 0 for start, end in ends):
        vertical_line(figure, 0.0)
    _add_ticks(figure, bars, rows.centres)
    values = [value for end in ends for value in end] + [bar.tick for bar in bars if bar.tick is not None]
    room = padded_range(values, [bar.text for bar in bars], left=rows.width)
    figure.update_xaxes(range=room, showticklabels=False, showgrid=False, zeroline=False)
    cell_axis(figure, "y", rows.centres, rows.texts, range=[sum(rows.heights), 0])
    return figure, {"height": sum(rows.heights), "left": rows.width, "below": 4}


def _bar_style(bars: Sequence[Bar]) -> dict[str, Any]:
    colours = [bar.colour for bar in bars]
    hatch = {"shape": ["/" if bar.hatched else "" for bar in bars], "fgcolor": colours, "bgcolor": "#FFFFFF", "size": 6}
    fill = ["#FFFFFF" if bar.hatched else bar.colour for bar in bars]
    return {"color": fill, "line": {"color": colours, "width": 1.5}, "pattern": hatch}


def _add_ticks(figure: go.Figure, bars: Sequence[Bar], centres: Sequence[float]) -> None:
    ticks = [(bar.tick, centre) for bar, centre in zip(bars, centres, strict=True) if bar.tick is not None]
    if ticks:
        figure.add_scatter(
            x=[x for x, _y in ticks],
            y=[y for _x, y in ticks],
            mode="markers",
            hoverinfo="skip",
            marker={"symbol": "line-ns", "size": 22, "line": {"width": 3, "color": SERIES[1]}},
        )

"""Marks that several figures share: labels, lines, bands, a key, names at the ends of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from crm_analysis.plots.fitting import NARROWEST, escape, text_width, wrapped_lines
from crm_analysis.plots.scales import spread
from crm_analysis.plots.theme import REFERENCE, SERIES

__all__ = [
    "KeyItem",
    "axis_name",
    "band",
    "cell_texts",
    "end_labels",
    "key",
    "line",
    "note",
    "vertical_line",
]

_SIZE = 12
_LINE = 17


@dataclass(frozen=True)
class KeyItem:
    """One entry of a key: a sign in its colour and what it means."""

    sign: str
    colour: str
    text: str


def note(
    figure: go.Figure,
    text: str,
    *,
    x: Any,
    y: Any,
    anchor: str = "left",
    shift: float = 0,
    colour: str = "#1A1A1A",
    **more: Any,
) -> None:
    """Write a label into a figure, without an arrow; ``text`` is escaped and kept on its lines."""
    settings: dict[str, Any] = {
        "xanchor": anchor,
        "yanchor": "middle",
        "xshift": shift,
        "showarrow": False,
        "font": {"size": _SIZE, "color": colour},
        "align": anchor,
    }
    text = "<br>".join(escape(line) for line in text.split("\n"))
    figure.add_annotation(text=text, x=x, y=y, **{**settings, **more})


def axis_name(figure: go.Figure, text: str, *, yshift: float, left: float | None = None, y: float = 1) -> None:
    """Name an axis without rotated text: at the right end below the plot, or with ``left`` above it.

    Parameters
    ----------
    yshift
        Pixels from the bottom of the plot, or with ``left`` from ``y`` (a share of its height), up.
    left
        Pixels of the margin on the left, given for the vertical axis.
    """
    if left is None:
        x, y, anchor, shift = 1.0, 0.0, "right", 0.0
    else:
        x, anchor, shift = 0.0, "left", 10 - left
    note(
        figure, text, x=x, y=y, xref="paper", yref="paper", anchor=anchor, shift=shift, yshift=yshift, colour=REFERENCE
    )


def line(
    figure: go.Figure,
    x: Any,
    y: Any,
    *,
    colour: str = SERIES[0],
    width: float = 2.5,
    hover: Sequence[str] | None = None,
    **more: Any,
) -> None:
    """A line through the points; ``more`` is the rest of its style, such as ``dash`` or ``shape``."""
    style = {"color": colour, "width": width, **more}
    hovering = {"hoverinfo": "skip"} if hover is None else {"hoverinfo": "text", "hovertext": hover}
    figure.add_scatter(x=x, y=y, mode="lines", line=style, **hovering)


def band(figure: go.Figure, x: Any, low: Any, high: Any, *, colour: str, **more: Any) -> None:
    """Fill between ``low`` and ``high``."""
    for y, fill in ((low, None), (high, "tonexty")):
        style = {"width": 0, **more}
        figure.add_scatter(x=x, y=y, mode="lines", line=style, fill=fill, fillcolor=colour, hoverinfo="skip")


def cell_texts(figure: go.Figure, cells: Sequence[tuple[float, float, str, str]]) -> None:
    """Write many short texts at once: x, y, text and colour of each, centred and above all marks drawn so far."""
    figure.add_scatter(
        x=[x for x, _y, _text, _colour in cells],
        y=[y for _x, y, _text, _colour in cells],
        text=[text for _x, _y, text, _colour in cells],
        textfont={"size": _SIZE, "color": [colour for _x, _y, _text, colour in cells]},
        mode="text",
        hoverinfo="skip",
        cliponaxis=False,
    )


def vertical_line(figure: go.Figure, x: Any, *, dash: str = "solid", colour: str = REFERENCE, **more: Any) -> None:
    """A line over the whole height at ``x``."""
    settings: dict[str, Any] = {"y0": 0, "y1": 1, "yref": "y domain", "layer": "below"}
    line = {"color": colour, "width": 1, "dash": dash}
    figure.add_shape(type="line", x0=x, x1=x, line=line, **{**settings, **more})


def key(figure: go.Figure, items: Sequence[KeyItem], *, left: float, raised: float = 0) -> float:
    """Explain signs between subtitle and marks, ``raised`` above them; return the pixels the key needs."""
    lines: list[list[KeyItem]] = [[]]
    used = 0.0
    for item in items:
        width = text_width(item.text, _SIZE) + 34
        if lines[-1] and used + width > NARROWEST - 20:
            lines.append([])
            used = 0.0
        lines[-1].append(item)
        used += width
    text = "<br>".join("&nbsp;&nbsp;&nbsp;".join(_key_text(item) for item in line) for line in lines)
    figure.add_annotation(
        text=text,
        x=0,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        align="left",
        xshift=10 - left,
        yshift=4 + raised,
        showarrow=False,
        font={"size": _SIZE, "color": "#1A1A1A"},
    )
    return len(lines) * _LINE + 10


def _key_text(item: KeyItem) -> str:
    return f'<span style="color:{item.colour}">{item.sign}</span> {escape(item.text)}'


def end_labels(
    figure: go.Figure,
    labels: Mapping[str, tuple[float, str]],
    *,
    x: Any,
    low: float,
    high: float,
    height: float,
) -> float:
    """Name lines at their right ends, moved apart where they would overlap; return the pixels needed.

    Parameters
    ----------
    labels
        Text of each line, with the value it ends at and its colour.
    x
        Where the lines end.
    low, high, height
        Range of the vertical axis and its height in pixels.
    """
    wrapped = {text: wrapped_lines(text, width=84, size=_SIZE) for text in labels}
    gap = max((len(lines) for lines in wrapped.values()), default=1) * 15 + 2
    scale = height / (high - low or 1.0)
    wanted = [(value - low) * scale for value, _colour in labels.values()]
    placed = spread(wanted, gap=gap, low=6, high=height - 6)
    for (text, (value, colour)), want, place in zip(labels.items(), wanted, placed, strict=True):
        note(
            figure,
            "\n".join(wrapped[text]),
            x=x,
            y=value,
            shift=8,
            yshift=place - want,
            colour=colour,
            bgcolor="rgba(255,255,255,0.75)",
            borderpad=0,
        )
    return max((text_width(line, _SIZE) for lines in wrapped.values() for line in lines), default=0.0) + 18

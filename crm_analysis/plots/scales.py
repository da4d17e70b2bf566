"""Axes with texts from the formatter, and the room that labels need beside the marks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import axis_ticks, money, number, percent, short_month
from crm_analysis.plots.fitting import NARROWEST, escape, text_width, wrapped_lines
from crm_analysis.thresholds import PERCENT_CUSTOMERS

__all__ = [
    "FEWEST_FOR_PERCENT",
    "whole_percent",
    "Kind",
    "Rows",
    "cell_axis",
    "month_ticks",
    "padded_range",
    "row_names",
    "spread",
    "value_axis",
    "value_text",
]

FEWEST_FOR_PERCENT = PERCENT_CUSTOMERS
"""Customers below which no percentage is shown."""

Kind = Literal["money", "number", "percent"]

_SIZE = 12
_LINE = 16
_LEAST_HEIGHT = 30
_HALF_PERCENT = 0.005
_ROOM = 0.04


class Rows(NamedTuple):
    """Names of rows as Plotly text, the pixels the longest needs, and the height each row needs."""

    texts: list[str]
    width: float
    heights: list[int]

    @property
    def height(self) -> int:
        """The height of the tallest row."""
        return max(self.heights, default=_LEAST_HEIGHT)

    @property
    def centres(self) -> list[float]:
        """The middle of each row in pixels from the top, where rows follow each other."""
        ends = list(accumulate(self.heights, initial=0))
        return [(start + end) / 2 for start, end in pairwise(ends)]


def value_text(value: float, kind: Kind, currency: str | None) -> str:
    """One value as the axis and the labels write it."""
    if kind == "money":
        return money(value, currency or "", "prose")
    return percent(value) if kind == "percent" else number(value)


def whole_percent(share: float) -> str:
    """A percentage without its sign and decimals, as small cells hold it."""
    return "<1" if 0 < share < _HALF_PERCENT else f"{share * 100:.0f}"


def value_axis(
    figure: go.Figure,
    values: Sequence[float] | np.ndarray,
    *,
    axis: Literal["x", "y"],
    kind: Kind,
    currency: str | None = None,
    n: int = 4,
    tight: bool = False,
    from_zero: bool = True,
    **more: Any,
) -> float:
    """Give an axis round ticks for the values; return the pixels their texts need.

    Parameters
    ----------
    values
        What is drawn on the axis; what is not finite is passed over.
    kind, currency
        What the axis measures.
    n
        About how many steps.
    tight
        End the axis just beyond the values and not at a tick.
    from_zero
        Include zero.
    **more
        Further settings of the axis.
    """
    numbers = np.asarray(values, dtype=float)
    numbers = numbers[np.isfinite(numbers)]
    zero = [0.0] if from_zero or not len(numbers) else []
    low, high = float(min([*numbers, *zero])), float(max([*numbers, *zero]))
    tickvals, ticktext = axis_ticks(low, high, kind=kind, currency=currency, n=n)
    reach = [min(tickvals[0], low), max(tickvals[-1], high)]
    if tight:
        room = _ROOM * (high - low)
        reach = [low - room if low < 0 else low, high + room]
        inside = [(value, text) for value, text in zip(tickvals, ticktext, strict=True) if value <= reach[1]]
        tickvals, ticktext = [value for value, _text in inside], [text for _value, text in inside]
    settings = {"tickvals": tickvals, "ticktext": ticktext, "range": reach, **more}
    (figure.update_xaxes if axis == "x" else figure.update_yaxes)(**settings)
    return max(text_width(text, _SIZE) for text in ticktext) + 10


def padded_range(values: Sequence[float], texts: Sequence[str], *, left: float) -> list[float]:
    """Range of a value axis that leaves room for each text to the right of its bar.

    The room is that of the narrowest screen, where ``left`` pixels are taken by the names of the rows.
    """
    room = NARROWEST - left - 30
    width = max((text_width(text, _SIZE) for text in texts), default=0.0) + 12
    share = min(width / room, 0.6)
    low, high = min(0.0, *values), max(0.0, *values)
    span = (high - low or 1.0) / (1 - share)
    return [low - 0.02 * span if low < 0 else 0.0, low + span]


def row_names(names: Sequence[str], *, width: float = 108, most_lines: int = 6) -> Rows:
    """Wrap the names of rows into a column of about ``width`` pixels; what is beyond ``most_lines`` is cut."""
    lines = [_cut(_lines(name, width), most_lines) for name in names]
    texts = ["<br>".join(escape(line) for line in wrapped) for wrapped in lines]
    widest = max((text_width(line, _SIZE) for wrapped in lines for line in wrapped), default=0.0)
    return Rows(texts, widest + 14, [max(len(wrapped) * _LINE + 10, _LEAST_HEIGHT) for wrapped in lines])


def cell_axis(
    figure: go.Figure, axis: Literal["x", "y"], positions: Sequence[float], texts: Sequence[str], **more: Any
) -> None:
    """Name the rows or columns of a grid, half a cell beyond the first and last; rows run downwards.

    ``more`` are further settings of the axis, such as another ``range``.
    """
    ends = [min(positions) - 0.5, max(positions) + 0.5]
    settings = {"range": ends if axis == "x" else ends[::-1], "showgrid": False, "zeroline": False, **more}
    update = figure.update_xaxes if axis == "x" else figure.update_yaxes
    update(tickvals=list(positions), ticktext=list(texts), **settings)


def _lines(name: str, width: float) -> list[str]:
    """Wrap a name; one of two parts that does not fit a line is broken between them, after the colon."""
    first, colon, second = name.partition(": ")
    if not colon or text_width(name, _SIZE) <= width:
        return wrapped_lines(name, width=width, size=_SIZE)
    parts = (f"{first}:", second)
    return [line for part in parts for line in wrapped_lines(part, width=width, size=_SIZE)]


def _cut(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]}…"]


def month_ticks(months: pd.Series, *, most: int = 5) -> tuple[list[pd.Timestamp], list[str]]:
    """At most ``most`` months for an axis: the month, and below it the year where it is a new one."""
    ordered = sorted(pd.to_datetime(months).unique())
    step = -(-len(ordered) // most) if ordered else 1
    chosen = [pd.Timestamp(month) for month in ordered[:: max(step, 1)]]
    texts = []
    for position, month in enumerate(chosen):
        new_year = position == 0 or chosen[position - 1].year != month.year
        texts.append(f"{short_month(month)}<br>{month.year}" if new_year else short_month(month))
    return chosen, texts


def spread(positions: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """Move positions (pixels) apart until neighbours are ``gap`` away from each other, inside low to high."""
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    placed: dict[int, float] = {}
    floor = low
    for i in order:
        placed[i] = max(positions[i], floor)
        floor = placed[i] + gap
    ceiling = high
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - gap
    return [placed[i] for i in range(len(positions))]

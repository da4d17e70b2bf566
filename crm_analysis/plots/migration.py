"""Movement from one segment to another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import number
from crm_analysis.labels import segment_label
from crm_analysis.messages import _
from crm_analysis.plots.frames import drawable
from crm_analysis.plots.marks import KeyItem, cell_texts, key
from crm_analysis.plots.scales import FEWEST_FOR_PERCENT, cell_axis, row_names, whole_percent
from crm_analysis.plots.theme import DIVERGING, REFERENCE, figure_table, styled

__all__ = ["SEGMENT_ORDER", "segment_migration_matrix"]

SEGMENT_ORDER = (
    "champions",
    "loyal",
    "promising",
    "new",
    "needs_attention",
    "about_to_sleep",
    "at_risk",
    "cannot_lose",
    "hibernating",
    "lost",
    "one_time",
)
"""Segments from best to worst, which tells a move up from a move down."""

_FEWEST_SEGMENTS = 2
_DARK_FROM = 0.25


def segment_migration_matrix(
    migration: pd.DataFrame, *, title: str, subtitle: str, caption: str | None = None
) -> go.Figure | None:
    """Which share of a segment (row) is in which segment now (column); colour for up and down.

    Parameters
    ----------
    migration
        ``segment_migration``: ``segment_from``, ``segment_to``, ``customers``. Rows under 30 customers have dots
        in place of percentages; the counts are in the figure's table.
    """
    rows = drawable(migration, ["segment_from", "segment_to", "customers"], measures=["customers"])
    if rows is None:
        return None
    found = {*map(str, rows["segment_from"]), *map(str, rows["segment_to"])}
    order = [code for code in SEGMENT_ORDER if code in found] + sorted(found - set(SEGMENT_ORDER))
    if len(order) < _FEWEST_SEGMENTS:
        return None
    wide = rows.pivot_table(index="segment_from", columns="segment_to", values="customers", aggfunc="sum", fill_value=0)
    counts = wide.reindex(index=order, columns=order, fill_value=0).to_numpy(dtype=float)
    names = [f"{position} {segment_label(code)}" for position, code in enumerate(order, start=1)]
    figure = _matrix(counts, names)
    totals = counts.sum(axis=1)
    labels = [_("{name} ({n})", name=name, n=number(total)) for name, total in zip(names, totals, strict=True)]
    shown = row_names(labels, width=122, most_lines=2)
    places = list(range(len(order)))
    cell_axis(figure, "y", places, shown.texts)
    cell_axis(figure, "x", places, [str(place + 1) for place in places], side="top")
    items = [
        KeyItem("■", DIVERGING[0][1], _("moved up")),
        KeyItem("□", REFERENCE, _("stayed")),
        KeyItem("■", DIVERGING[-1][1], _("moved down")),
        KeyItem(number(34), "#1A1A1A", _("% of the row")),
    ]
    above = key(figure, items, left=shown.width, raised=20) + 24
    direction = _direction(len(order))
    alt = _(
        "Matrix of {n} segments from row to column: {up} customers moved up, {down} down, {same} stayed.",
        n=len(names),
        up=number(counts[direction > 0].sum()),
        down=number(counts[direction < 0].sum()),
        same=number(counts.trace()),
    )
    body = [[name, *(number(value) for value in values)] for name, values in zip(names, counts, strict=True)]
    table = figure_table([_("From \\ to"), *names], body)
    space: dict[str, Any] = {"height": max(shown.height, 32) * len(order), "left": shown.width, "above": above}
    return styled(
        figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, right=12, below=4, **space
    )


def _direction(size: int) -> np.ndarray:
    """1 where the column is a better segment than the row, -1 where it is a worse one."""
    return np.sign(np.subtract.outer(np.arange(size), np.arange(size)))


def _matrix(counts: np.ndarray, names: list[str]) -> go.Figure:
    """The heat map: shares of the row, coloured by direction, stronger where more moved."""
    size = len(names)
    totals = counts.sum(axis=1)
    shares = np.divide(counts, totals[:, None], out=np.zeros_like(counts), where=totals[:, None] > 0)
    figure = go.Figure()
    figure.add_heatmap(
        z=-_direction(size) * np.sqrt(shares),
        x=list(range(size)),
        y=list(range(size)),
        zmin=-1,
        zmax=1,
        colorscale=DIVERGING,
        showscale=False,
        xgap=1,
        ygap=1,
        hoverinfo="text",
        hovertext=[[f"{names[i]} → {names[j]}: {number(counts[i, j])}" for j in range(size)] for i in range(size)],
    )
    style = {"color": REFERENCE, "width": 1}
    figure.layout.shapes = [
        {"type": "rect", "x0": i - 0.5, "x1": i + 0.5, "y0": i - 0.5, "y1": i + 0.5, "line": style} for i in range(size)
    ]
    cells = []
    for i, j in zip(*np.nonzero(counts), strict=True):
        text = whole_percent(shares[i, j]) if totals[i] >= FEWEST_FOR_PERCENT else "·"
        dark = i > j and shares[i, j] > _DARK_FROM
        cells.append((float(j), float(i), text, "#FFFFFF" if dark else "#1A1A1A"))
    cell_texts(figure, cells)
    return figure

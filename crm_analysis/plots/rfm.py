"""Recency by frequency: who bought how lately and how often, and what is at risk there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import money, number, percent
from crm_analysis.labels import segment_label
from crm_analysis.messages import _
from crm_analysis.plots.fitting import NARROWEST, wrapped_lines
from crm_analysis.plots.frames import drawable, place_of_largest
from crm_analysis.plots.marks import KeyItem, axis_name, key, note
from crm_analysis.plots.scales import cell_axis, row_names
from crm_analysis.plots.theme import ORDERED, figure_table, shade, styled

__all__ = ["rfm_grid"]

_CLASSES = (1, 2, 3, 4, 5)
_VALUES = ("r", "f", "customers", "profit_share", "value_at_risk", "segment")
_CUTS = ("recency_from", "recency_to", "frequency_from", "frequency_to")
_SIZE = 12
_HEIGHT = 475

Cells = Mapping[tuple[int, int], pd.Series]


def rfm_grid(
    grid: pd.DataFrame, *, currency: str, title: str, subtitle: str, caption: str | None = None
) -> go.Figure | None:
    """Recency by frequency: customers and share of profit in the cell, colour for value at risk.

    Parameters
    ----------
    grid
        ``rfm_grid``: one row per ``r`` and ``f`` (1 to 5, 5 is best) with ``customers``, ``profit_share``,
        ``value_at_risk``, ``segment`` and the cut points ``recency_from``, ``recency_to`` (days),
        ``frequency_from``, ``frequency_to`` (orders). Segments are outlined and named on the grid.
    """
    rows = drawable(grid, [*_VALUES, *_CUTS], measures=["customers"])
    if rows is None:
        return None
    cells = {(int(row["r"]), int(row["f"])): row for _i, row in rows.iterrows()}
    highest = float(rows["value_at_risk"].max()) or 1.0
    names = row_names([_cut_points(rows[rows["r"] == r], "recency") for r in _CLASSES], width=62)
    left = max(names.width, 48)
    figure = _coloured(cells, highest, currency)
    _write_cells(figure, cells, highest, width=(NARROWEST - left - 12) / 5 - 4)
    _outline_segments(figure, cells)
    cell_axis(figure, "y", _CLASSES, names.texts, range=[0.5, 5.5])
    cell_axis(figure, "x", _CLASSES, [_cut_points(rows[rows["f"] == f], "frequency") for f in _CLASSES])
    axis_name(figure, _("Days since the last order"), yshift=14, left=left)
    axis_name(figure, _("Number of orders"), yshift=-34)
    items = [
        KeyItem("■", ORDERED[-1][1], _("value at risk, up to {amount}", amount=money(highest, currency))),
        KeyItem(f"{number(120)}, {percent(0.03)}", "#1A1A1A", _("customers, share of profit")),
    ]
    above = key(figure, items, left=left, raised=22) + 24
    top = rows.iloc[place_of_largest(rows["value_at_risk"])]
    alt = _(
        "Grid of recency by number of orders: most value at risk, {amount}, is with {n} customers in {segment}.",
        amount=money(top["value_at_risk"], currency),
        n=number(top["customers"]),
        segment=segment_label(str(top["segment"])),
    )
    table = _rfm_table(rows, currency)
    space: dict[str, Any] = {"height": _HEIGHT, "left": left, "right": 12, "above": above, "below": 46}
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _coloured(cells: Cells, highest: float, currency: str) -> go.Figure:
    """The heat map of value at risk."""
    figure = go.Figure()
    figure.add_heatmap(
        z=[[float(cells[r, f]["value_at_risk"]) if (r, f) in cells else None for f in _CLASSES] for r in _CLASSES],
        x=list(_CLASSES),
        y=list(_CLASSES),
        zmin=0,
        zmax=highest,
        xgap=1,
        ygap=1,
        showscale=False,
        colorscale=ORDERED,
        hoverinfo="text",
        hovertext=[[_hover(cells.get((r, f)), currency) for f in _CLASSES] for r in _CLASSES],
    )
    return figure


def _write_cells(figure: go.Figure, cells: Cells, highest: float, *, width: float) -> None:
    """Customers and share of profit in each cell, the segment's name where its area begins."""
    for (r, f), row in cells.items():
        colour = shade(float(row["value_at_risk"]) / highest)
        text = _("{n}\n{share}", n=number(row["customers"]), share=percent(row["profit_share"]))
        note(figure, text, x=f, y=r, anchor="center", yshift=-27, colour=colour)
        if _names_its_segment(cells, r, f):
            across = _cells_to_the_right(cells, r, f, highest)
            label = segment_label(str(row["segment"]))
            text = "\n".join(wrapped_lines(label, width=width * across, size=_SIZE))
            note(figure, text, x=f + (across - 1) / 2, y=r, anchor="center", yanchor="top", yshift=45, colour=colour)


def _names_its_segment(cells: Cells, r: int, f: int) -> bool:
    """Whether no neighbour to the left or above is of the same segment."""
    segment = cells[r, f]["segment"]
    return not any(
        neighbour in cells and cells[neighbour]["segment"] == segment for neighbour in ((r, f - 1), (r + 1, f))
    )


def _cells_to_the_right(cells: Cells, r: int, f: int, highest: float) -> int:
    """Cells that a segment's name may run over: its own in a row with the same colour of text."""
    here = cells[r, f]
    ink = shade(float(here["value_at_risk"]) / highest)
    count = 1
    while (r, f + count) in cells:
        other = cells[r, f + count]
        if other["segment"] != here["segment"] or shade(float(other["value_at_risk"]) / highest) != ink:
            break
        count += 1
    return count


def _outline_segments(figure: go.Figure, cells: Cells) -> None:
    """A line between cells of different segments."""
    style = {"color": "#1A1A1A", "width": 2}
    for r, f in cells:
        for neighbour, ends in (
            ((r, f + 1), (f + 0.5, f + 0.5, r - 0.5, r + 0.5)),
            ((r + 1, f), (f - 0.5, f + 0.5, r + 0.5, r + 0.5)),
        ):
            if neighbour in cells and cells[neighbour]["segment"] != cells[r, f]["segment"]:
                x0, x1, y0, y1 = ends
                figure.add_shape(type="line", x0=x0, x1=x1, y0=y0, y1=y1, line=style)


def _cut_points(rows: pd.DataFrame, scale: str) -> str:
    """The range of a class in its own unit: days or orders."""
    if rows.empty:
        return ""
    low, high = float(rows[f"{scale}_from"].min()), float(rows[f"{scale}_to"].max())
    return number(low) if low == high else _("{low} to {high}", low=number(low), high=number(high))


def _hover(row: pd.Series | None, currency: str) -> str:
    if row is None:
        return ""
    amount = money(row["value_at_risk"], currency)
    return _("{segment}: value at risk {amount}", segment=segment_label(str(row["segment"])), amount=amount)


def _rfm_table(rows: pd.DataFrame, currency: str) -> dict[str, list[Any]]:
    names = [_("R"), _("F"), _("Segment"), _("Customers"), _("Share of profit"), _("Value at risk")]
    body = [
        [
            number(row["r"]),
            number(row["f"]),
            segment_label(str(row["segment"])),
            number(row["customers"]),
            percent(row["profit_share"]),
            money(row["value_at_risk"], currency, "table"),
        ]
        for _i, row in rows.sort_values(["r", "f"], ascending=False).iterrows()
    ]
    return figure_table(names, body)

"""Value by risk: who earns our profit, and who of them is about to leave."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import money, number
from crm_analysis.messages import _
from crm_analysis.plots.fitting import NARROWEST
from crm_analysis.plots.frames import drawable, place_of_largest
from crm_analysis.plots.marks import KeyItem, axis_name, key, note
from crm_analysis.plots.scales import cell_axis, row_names
from crm_analysis.plots.theme import GRID, SERIES, figure_table, styled

__all__ = ["value_risk_grid"]

_COLUMNS = ("value_class", "risk_class", "value_label", "risk_label", "customers", "value_at_risk")
_RIGHT = 12
_ROW = 120
_LARGEST_DISC = 56.0
_SMALLEST_DISC = 4.0


def value_risk_grid(
    grid: pd.DataFrame, *, currency: str, title: str, subtitle: str, caption: str | None = None
) -> go.Figure | None:
    """Value by risk of leaving: the area of a disc is the number of customers, its label the value at risk.

    Parameters
    ----------
    grid
        ``risk_grid``: one row per ``value_class`` and ``risk_class`` (0, 1, ... rising) with
        ``value_label``, ``risk_label``, ``customers``, ``value_at_risk``.
    """
    rows = drawable(grid, _COLUMNS, measures=["customers"])
    if rows is None:
        return None
    values = rows.drop_duplicates("value_class").sort_values("value_class")
    risks = rows.drop_duplicates("risk_class").sort_values("risk_class")
    names = row_names([str(label) for label in values["value_label"]], width=84)
    left = max(names.width, 40)
    across = (NARROWEST - left - _RIGHT) / len(risks)
    risk_names = row_names([str(label) for label in risks["risk_label"]], width=across - 6)
    top = place_of_largest(rows["value_at_risk"])
    figure = _discs(rows, currency, top=top, largest=min(across - 6, _LARGEST_DISC))
    ups, steps = [int(c) for c in values["value_class"]], [int(c) for c in risks["risk_class"]]
    cell_axis(figure, "x", steps, risk_names.texts)
    cell_axis(figure, "y", ups, names.texts, range=[min(ups) - 0.72, max(ups) + 0.45])
    for border in steps[:-1]:
        figure.add_vline(x=border + 0.5, line={"color": GRID, "width": 1}, layer="below")
    for border in ups[:-1]:
        figure.add_hline(y=border + 0.4, line={"color": GRID, "width": 1}, layer="below")
    axis_name(figure, _("Customer value"), yshift=14, left=left)
    axis_name(figure, _("Risk of leaving"), yshift=-risk_names.height - 12)
    items = [
        KeyItem("●", SERIES[0], _("area and lower number: customers")),
        KeyItem("●", SERIES[1], _("most value at risk")),
    ]
    above = key(figure, items, left=left, raised=22) + 24
    alt, table = _words_of(rows, top, currency)
    sides: dict[str, Any] = {"left": left, "right": _RIGHT, "above": above, "below": risk_names.height + 22}
    space = {"height": _ROW * len(ups), **sides}
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _discs(rows: pd.DataFrame, currency: str, *, top: int, largest: float) -> go.Figure:
    """A disc per cell, the one with most value at risk in its own colour, with its numbers below."""
    amounts = [money(value, currency) for value in rows["value_at_risk"]]
    counts = [number(n) for n in rows["customers"]]
    most = float(rows["customers"].max())
    figure = go.Figure()
    figure.add_scatter(
        x=rows["risk_class"],
        y=rows["value_class"],
        mode="markers",
        hoverinfo="text",
        hovertext=[
            _("{n} customers, value at risk {amount}", n=n, amount=a) for n, a in zip(counts, amounts, strict=True)
        ],
        marker={
            "size": [_diameter(n / most, largest) for n in rows["customers"]],
            "color": [SERIES[1] if i == top else SERIES[0] for i in rows.index],
            "opacity": 0.85,
            "line": {"width": 0},
        },
    )
    places = zip(rows["risk_class"], rows["value_class"], rows["customers"], strict=True)
    for (x, y, customers), amount, count in zip(places, amounts, counts, strict=True):
        if customers:
            note(figure, f"{amount}\n{count}", x=x, y=y, anchor="center", yshift=-48)
    return figure


def _diameter(share: float, largest: float) -> float:
    """Diameter whose area is proportional to the share, visible from one customer on."""
    return max(largest * share**0.5, _SMALLEST_DISC) if share else 0.0


def _words_of(rows: pd.DataFrame, top: int, currency: str) -> tuple[str, dict[str, list[Any]]]:
    """Alternative text and table."""
    best = rows.iloc[top]
    alt = _(
        "Grid of value by risk: most value at risk, {amount}, is with {n} customers ({value}, {risk}).",
        amount=money(best["value_at_risk"], currency),
        n=number(best["customers"]),
        value=best["value_label"],
        risk=best["risk_label"],
    )
    names = [_("Customer value"), _("Risk of leaving"), _("Customers"), _("Value at risk")]
    labels = zip(rows["value_label"], rows["risk_label"], rows["customers"], rows["value_at_risk"], strict=True)
    body = [[str(v), str(r), number(n), money(a, currency, "table")] for v, r, n, a in labels]
    return alt, figure_table(names, body)

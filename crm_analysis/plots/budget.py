"""How much to spend: expected extra profit over the budget."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import money, number
from crm_analysis.messages import _
from crm_analysis.plots.frames import drawable, place_of_largest
from crm_analysis.plots.marks import axis_name, band, line, note
from crm_analysis.plots.scales import value_axis
from crm_analysis.plots.theme import REFERENCE, SERIES, figure_table, styled

__all__ = ["budget_curve"]

_BAND = "rgba(0,114,178,0.16)"
_LINE = 18
_HEIGHT = 300


def budget_curve(
    curve: pd.DataFrame,
    *,
    currency: str,
    title: str,
    subtitle: str,
    caption: str | None = None,
    now: float | None = None,
    recommended: float | None = None,
    break_even: float | None = None,
) -> go.Figure | None:
    """Expected extra profit over the budget with its band; now, recommended and break-even are marked.

    Parameters
    ----------
    curve
        ``budget_curve``: one row per ``budget`` with ``expected_profit`` and, where known, ``low``, ``high``,
        ``customers``; all money in units of the currency.
    now, recommended, break_even
        Budgets to mark; None leaves one out.
    """
    rows = drawable(curve, ["budget", "expected_profit"], measures=["expected_profit"], at_least=2)
    if rows is None:
        return None
    rows = rows.sort_values("budget")
    figure = go.Figure()
    left = value_axis(figure, _draw_curve(figure, rows, currency), axis="y", kind="money", currency=currency)
    marked = _marked(rows, currency, now=now, recommended=recommended, break_even=break_even)
    budgets = [*rows["budget"].astype(float), *(mark.budget for mark in marked)]
    value_axis(figure, budgets, axis="x", kind="money", currency=currency, n=3, tight=True, showgrid=False)
    above = _add_marks(figure, marked)
    axis_name(figure, _("Budget"), yshift=-32)
    best = rows.iloc[place_of_largest(rows["expected_profit"])]
    alt = _(
        "Curve of expected extra profit over the budget: highest at {budget} with {profit}.",
        budget=money(best["budget"], currency),
        profit=money(best["expected_profit"], currency),
    )
    table = _budget_table(rows, currency)
    space: dict[str, Any] = {"height": _HEIGHT, "left": left, "right": 28, "above": above, "below": 46}
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _draw_curve(figure: go.Figure, rows: pd.DataFrame, currency: str) -> list[float]:
    """Draw the band and the curve; return all values drawn."""
    profits = rows["expected_profit"].astype(float)
    drawn = profits.tolist()
    if {"low", "high"} <= set(rows.columns):
        known = rows.dropna(subset=["low", "high"])
        low, high = known["low"].astype(float), known["high"].astype(float)
        band(figure, known["budget"], low, high, colour=_BAND)
        drawn += [*low, *high]
    hover = [
        _("spend {budget}: expect {profit}", budget=money(budget, currency), profit=money(profit, currency))
        for budget, profit in zip(rows["budget"], profits, strict=True)
    ]
    line(figure, rows["budget"], profits, width=3, hover=hover)
    return drawn


class _Mark(NamedTuple):
    """A budget to mark, the expected profit there, and its words."""

    budget: float
    profit: float
    text: str
    colour: str
    symbol: str


def _marked(
    rows: pd.DataFrame, currency: str, *, now: float | None, recommended: float | None, break_even: float | None
) -> list[_Mark]:
    """The marks that are asked for, from the smallest budget to the largest."""
    budgets, profits = rows["budget"].to_numpy(dtype=float), rows["expected_profit"].to_numpy(dtype=float)
    marks = []
    for name, at, colour, symbol in (
        ("now", now, REFERENCE, "circle-open"),
        ("recommended", recommended, SERIES[1], "circle"),
        ("break_even", break_even, SERIES[3], "diamond-open"),
    ):
        if at is not None:
            profit = float(np.interp(at, budgets, profits))
            text = _mark_text(name, money(at, currency), money(profit, currency))
            marks.append(_Mark(at, profit, text, colour, symbol))
    return sorted(marks)


def _mark_text(name: str, budget: str, profit: str) -> str:
    if name == "now":
        return _("now {budget}: {profit}", budget=budget, profit=profit)
    if name == "recommended":
        return _("recommended {budget}: {profit}", budget=budget, profit=profit)
    return _("break-even {budget}: {profit}", budget=budget, profit=profit)


def _add_marks(figure: go.Figure, marks: list[_Mark]) -> float:
    """Dots on the curve, each with a line up to its own row of words; return the pixels above the plot."""
    end = figure.layout.xaxis.range[1]
    for row, mark in enumerate(marks):
        level = 10 + _LINE * (len(marks) - 1 - row)
        figure.add_shape(
            type="line",
            x0=mark.budget,
            x1=mark.budget,
            y0=0,
            y1=1 + level / _HEIGHT,
            yref="paper",
            line={"color": mark.colour, "width": 1, "dash": "dot"},
            layer="below",
        )
        figure.add_scatter(
            x=[mark.budget],
            y=[mark.profit],
            mode="markers",
            hoverinfo="skip",
            cliponaxis=False,
            marker={
                "size": 11,
                "color": mark.colour,
                "symbol": mark.symbol,
                "line": {"width": 2.5, "color": mark.colour},
            },
        )
        late = mark.budget > 0.5 * end
        note(
            figure,
            mark.text,
            x=mark.budget,
            y=1,
            yref="paper",
            anchor="right" if late else "left",
            shift=-5 if late else 5,
            yshift=level,
            colour=REFERENCE if mark.symbol == "circle-open" else "#1A1A1A",
        )
    return 12 + _LINE * len(marks)


def _budget_table(rows: pd.DataFrame, currency: str) -> dict[str, list[Any]]:
    shown = rows.iloc[:: max(len(rows) // 20, 1)]
    names = {"budget": _("Budget"), "expected_profit": _("Expected extra profit"), "low": _("Low"), "high": _("High")}
    columns = [column for column in names if column in shown]
    body = [[money(row[c], currency, "table") for c in columns] for _i, row in shown.iterrows()]
    heads = [names[column] for column in columns]
    if "customers" in shown:
        heads.append(_("Customers"))
        body = [[*line, number(n)] for line, n in zip(body, shown["customers"], strict=True)]
    return figure_table(heads, body)

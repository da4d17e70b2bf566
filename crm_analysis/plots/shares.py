"""Cumulative shares: how concentrated revenue is, and how profit spreads over the customers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import money, percent
from crm_analysis.messages import _
from crm_analysis.plots.frames import drawable
from crm_analysis.plots.marks import note
from crm_analysis.plots.scales import spread, value_axis
from crm_analysis.plots.theme import FAINT, REFERENCE, SERIES, figure_table, styled

__all__ = ["concentration_curve", "profit_spread"]

_TOP_SHARES = (0.01, 0.05, 0.20)
_LINE = 17
_LEAST_ROWS = 3
_HEIGHT = 300
_NOTHING = 1e-9


def concentration_curve(
    concentration: pd.DataFrame, *, title: str, subtitle: str, caption: str | None = None
) -> go.Figure | None:
    """Cumulative share of revenue by falling revenue of customers, with the top 1, 5 and 20 % named.

    Parameters
    ----------
    concentration
        ``concentration``: ``customers_share`` and ``revenue_share``, both fractions from 0 to 1.
    """
    columns = ["customers_share", "revenue_share"]
    rows = drawable(concentration, columns, measures=["revenue_share"], at_least=_LEAST_ROWS)
    if rows is None:
        return None
    x, y = _curve(rows, "revenue_share")
    figure, height = go.Figure(), _HEIGHT
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": FAINT, "width": 1, "dash": "dot"}, hoverinfo="skip"
    )
    _add_curve(figure, x, y)
    tops = [float(np.interp(top, x, y)) for top in _TOP_SHARES]
    texts = [
        _("Top {top} of customers: {share}", top=percent(top, 0), share=percent(share))
        for top, share in zip(_TOP_SHARES, tops, strict=True)
    ]
    figure.add_scatter(x=_TOP_SHARES, y=tops, mode="markers", marker={"size": 9, "color": SERIES[1]}, hoverinfo="skip")
    left = _share_axes(figure, y)
    wanted = [share * height - 12 for share in tops]
    placed = spread(wanted, gap=_LINE, low=8, high=max(*wanted, 8 + 2 * _LINE))
    for top, share, text, place in zip(_TOP_SHARES, tops, texts, placed, strict=True):
        note(figure, text, x=top, y=share, shift=12, yshift=place - share * height)
    alt = _(
        "Curve of cumulative revenue: the top 1 % of customers hold {one}, 5 % hold {five}, 20 % hold {twenty}.",
        one=percent(tops[0]),
        five=percent(tops[1]),
        twenty=percent(tops[2]),
    )
    return styled(
        figure,
        title=title,
        subtitle=subtitle,
        caption=caption,
        alt=alt,
        table=_share_table(x, y, _("Share of revenue")),
        height=height,
        left=left,
        below=46,
    )


def profit_spread(
    spread_frame: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    caption: str | None = None,
    total: float | None = None,
    currency: str | None = None,
) -> go.Figure | None:
    """Whale curve: cumulative share of profit by falling profit of customers, its peak and the loss behind it.

    Parameters
    ----------
    spread_frame
        ``spread``: ``customers_share`` and cumulative ``profit_share``, 1 at the end; above 1 before customers
        with a loss.
    total, currency
        Total profit in units of the currency: the loss is then named in money.
    """
    columns = ["customers_share", "profit_share"]
    rows = drawable(spread_frame, columns, measures=["profit_share"], at_least=_LEAST_ROWS)
    if rows is None:
        return None
    x, y = _curve(rows, "profit_share")
    figure = go.Figure()
    figure.add_shape(type="line", x0=0, x1=1, y0=1, y1=1, line={"color": REFERENCE, "width": 1, "dash": "dot"})
    _add_curve(figure, x, y)
    left = _share_axes(figure, y)
    peak = int(np.argmax(y))
    figure.add_scatter(
        x=[x[peak]], y=[y[peak]], mode="markers", marker={"size": 9, "color": SERIES[1]}, hoverinfo="skip"
    )
    loss = float(y[peak] - y[-1])
    if loss > _NOTHING:
        slots = {
            "peak": percent(float(y[peak])),
            "share": percent(float(x[peak])),
            "loss": percent(loss) if total is None or currency is None else money(loss * total, currency),
        }
        text = _("Peak {peak} at {share} of customers;\nthe rest lose {loss}", **slots)
        note(figure, text, x=0.98, y=0, anchor="right", yanchor="bottom", yshift=12)
        alt = _(
            "Whale curve: profit peaks at {peak} of the total with {share} of customers; the rest lose {loss}.", **slots
        )
    else:
        twenty = percent(float(np.interp(0.2, x, y)))
        alt = _("Whale curve: no customer loses money; the best 20 % bring {share} of profit.", share=twenty)
    table = _share_table(x, y, _("Share of profit"))
    space: dict[str, Any] = {"height": _HEIGHT, "left": left, "below": 46}
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _curve(rows: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray]:
    """The curve by rising share of customers, from the origin."""
    ordered = rows.sort_values("customers_share")
    x, y = ordered["customers_share"].to_numpy(dtype=float), ordered[column].to_numpy(dtype=float)
    return (x, y) if x[0] == 0 else (np.insert(x, 0, 0.0), np.insert(y, 0, 0.0))


def _add_curve(figure: go.Figure, x: np.ndarray, y: np.ndarray) -> None:
    texts = [
        _("{customers} of customers: {share}", customers=percent(a), share=percent(b))
        for a, b in zip(x, y, strict=True)
    ]
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": SERIES[0], "width": 3}, hoverinfo="text", hovertext=texts)


def _share_axes(figure: go.Figure, y: np.ndarray) -> float:
    left = value_axis(figure, [*y, 1.0], axis="y", kind="percent")
    value_axis(figure, [0.0, 1.0], axis="x", kind="percent", range=[0, 1.02], showgrid=False)
    note(
        figure,
        _("Share of customers"),
        x=1,
        y=0,
        xref="paper",
        yref="paper",
        anchor="right",
        yanchor="top",
        yshift=-24,
        colour=REFERENCE,
    )
    return left


def _share_table(x: np.ndarray, y: np.ndarray, name: str) -> dict[str, list[Any]]:
    points = (0.01, 0.05, *np.arange(0.1, 1.01, 0.1))
    body = [[percent(p, 0), percent(float(np.interp(p, x, y)))] for p in points]
    return figure_table([_("Share of customers"), name], body)

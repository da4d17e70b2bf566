"""When a customer counts as left: the time to the next order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import number, percent
from crm_analysis.messages import _
from crm_analysis.plots.frames import drawable
from crm_analysis.plots.marks import axis_name, band, line, note, vertical_line
from crm_analysis.plots.scales import value_axis
from crm_analysis.plots.theme import REFERENCE, SERIES, figure_table, styled

__all__ = ["time_to_next_order"]

_BAND = "rgba(0,114,178,0.18)"
_FEWEST_DAYS = 2
_MOST_STEPS = 1_500
_TABLE_ROWS = 20


def time_to_next_order(
    gaps: pd.DataFrame,
    *,
    horizon_days: float,
    title: str,
    subtitle: str,
    caption: str | None = None,
) -> go.Figure | None:
    """Share of customers still without a next order by day, as steps, with the horizon of leaving marked.

    Parameters
    ----------
    gaps
        One row per ``days`` since an order with ``share_waiting`` (fraction without a next order), and where
        known ``low``, ``high`` and ``at_risk`` (number still observed). Above 1,500 rows every so many is drawn.
    horizon_days
        The days without an order after which a customer counts as left.
    """
    rows = drawable(gaps, ["days", "share_waiting"], measures=["share_waiting"], at_least=_FEWEST_DAYS)
    if rows is None:
        return None
    rows = _thinned(rows.sort_values("days"), _MOST_STEPS)
    figure = go.Figure()
    if {"low", "high"} <= set(rows.columns):
        known = rows.dropna(subset=["low", "high"])
        low, high = known["low"].astype(float), known["high"].astype(float)
        band(figure, known["days"], low, high, colour=_BAND, shape="hv")
    days, waiting = rows["days"].to_numpy(dtype=float), rows["share_waiting"].to_numpy(dtype=float)
    hover = [_("{days} days: {share}", days=number(d), share=percent(s)) for d, s in zip(days, waiting, strict=True)]
    line(figure, days, waiting, hover=hover, shape="hv")
    left = value_axis(figure, [1.0], axis="y", kind="percent")
    value_axis(figure, [*days, horizon_days], axis="x", kind="number", tight=True, showgrid=False)
    vertical_line(figure, horizon_days, dash="dash", colour=SERIES[1])
    text, alt = _horizon_words(days, waiting, horizon_days)
    late = horizon_days > figure.layout.xaxis.range[1] * 0.55
    anchor, shift = ("right", -6) if late else ("left", 6)
    at_top = {"y": 1, "yref": "paper", "yanchor": "top"}
    note(figure, text, x=horizon_days, anchor=anchor, shift=shift, colour=SERIES[1], **at_top)
    below = _numbers_at_risk(figure, rows, left)
    body = [[number(row["days"]), percent(row["share_waiting"])] for _i, row in _thinned(rows, _TABLE_ROWS).iterrows()]
    table = figure_table([_("Days"), _("Without a next order")], body)
    space: dict[str, Any] = {"height": 280, "left": left, "right": 24, "below": below}
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _thinned(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Every so many rows, so that about ``most`` are left."""
    return rows.iloc[:: max(-(-len(rows) // most), 1)]


def _horizon_words(days: np.ndarray, waiting: np.ndarray, horizon_days: float) -> tuple[str, str]:
    """The label of the horizon and the alternative text; no share where the horizon is beyond the data."""
    horizon = number(horizon_days)
    if horizon_days > days[-1]:
        return (
            _("left after {days} days,\nlater than the data shows", days=horizon),
            _("Step curve of customers without a next order, up to {days} days.", days=number(days[-1])),
        )
    share = percent(float(waiting[max(int(np.searchsorted(days, horizon_days, side="right")) - 1, 0)]))
    return (
        _("left after {days} days:\n{share} still waiting", days=horizon, share=share),
        _(
            "Step curve of customers without a next order: {share} are still waiting after {days} days.",
            share=share,
            days=horizon,
        ),
    )


def _numbers_at_risk(figure: go.Figure, rows: pd.DataFrame, left: float) -> float:
    """Write how many are still observed under the ticks of the days; return the pixels needed below."""
    axis_name(figure, _("Days since the order"), yshift=-32)
    if "at_risk" not in rows:
        return 46
    days = rows["days"].to_numpy(dtype=float)
    for tick in figure.layout.xaxis.tickvals:
        if days[0] <= tick <= days[-1]:
            still = rows["at_risk"].iloc[int(np.searchsorted(days, tick, side="right")) - 1]
            note(figure, number(still), x=tick, y=0, yref="paper", anchor="center", yshift=-70, colour=REFERENCE)
    name = _("Customers still observed")
    note(figure, name, x=0, y=0, xref="paper", yref="paper", shift=10 - left, yshift=-52, colour=REFERENCE)
    return 82

"""Who is contacted when and through what, and who is not, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import day_month, number, percent
from crm_analysis.labels import channel_label, reason_label
from crm_analysis.messages import _
from crm_analysis.plots.bars import Bar, horizontal_bars
from crm_analysis.plots.fitting import NARROWEST
from crm_analysis.plots.frames import drawable
from crm_analysis.plots.marks import KeyItem, cell_texts, key
from crm_analysis.plots.scales import cell_axis, row_names
from crm_analysis.plots.theme import ORDERED, REFERENCE, SERIES, figure_table, shade, styled

__all__ = ["contact_calendar", "exclusion_funnel"]

_MOST_WEEKS = 26
_MOST_CHANNELS = 6
_MOST_STEPS = 12
_ROW, _TALL_ROW = 30, 36
_CHANNELS_ON_ONE_LINE = 3
_FEWEST_STEPS = 2


def contact_calendar(
    calendar: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    caption: str | None = None,
    cap: float | None = None,
) -> go.Figure | None:
    """Contacts planned per week (row) and channel (column); blocked ones in brackets, full weeks outlined.

    Parameters
    ----------
    calendar
        ``calendar``: one row per ``week`` (Monday) and ``channel`` with ``contacts`` and ``blocked``. The first
        26 weeks and the six busiest channels are drawn.
    cap
        Contacts a channel can take in a week: cells that reach it are outlined.
    """
    rows = drawable(calendar, ["week", "channel", "contacts"], measures=["contacts"])
    if rows is None:
        return None
    rows = rows.assign(week=pd.to_datetime(rows["week"]))
    busiest = rows.groupby("channel")["contacts"].sum().sort_values(ascending=False, kind="stable")
    channels = busiest.index[:_MOST_CHANNELS].tolist()
    weeks = sorted(rows["week"].unique())[:_MOST_WEEKS]
    shown = rows[rows["week"].isin(weeks) & rows["channel"].isin(channels)]
    figure = _calendar_cells(shown, weeks, channels, cap)
    rows_shown = row_names([_week_name(weeks, position) for position in range(len(weeks))], width=96)
    names = [channel_label(str(channel)) for channel in channels]
    head = row_names(names, width=(NARROWEST - rows_shown.width - 12) / len(channels))
    cell_axis(figure, "y", list(range(len(weeks))), rows_shown.texts)
    cell_axis(figure, "x", list(range(len(channels))), head.texts, side="top")
    above = key(figure, _calendar_key(shown, cap), left=rows_shown.width, raised=head.height - 2) + head.height
    alt = _(
        "Calendar of {n} contacts in {weeks} weeks through {channels} channels; most go through {channel}.",
        n=number(shown["contacts"].sum()),
        weeks=len(weeks),
        channels=len(channels),
        channel=names[0],
    )
    columns = zip(shown["week"], shown["channel"], shown["contacts"], _blocked(shown), strict=True)
    body = [[day_month(w), channel_label(str(c)), number(n), number(b)] for w, c, n, b in columns]
    table = figure_table([_("Week from"), _("Channel"), _("Contacts"), _("Blocked")], body)
    height = (_ROW if len(channels) <= _CHANNELS_ON_ONE_LINE else _TALL_ROW) * len(weeks)
    space: dict[str, Any] = {"height": height, "left": rows_shown.width, "right": 12, "above": above, "below": 4}
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _calendar_key(shown: pd.DataFrame, cap: float | None) -> list[KeyItem]:
    items = [KeyItem(number(120), "#1A1A1A", _("contacts planned"))]
    if _blocked(shown).any():
        items.append(KeyItem(f"({number(12)})", "#1A1A1A", _("blocked")))
    if cap is not None:
        items.append(KeyItem("□", SERIES[1], _("limit of {n} a week reached", n=number(cap))))
    return items


def _calendar_cells(
    shown: pd.DataFrame, weeks: list[pd.Timestamp], channels: list[str], cap: float | None
) -> go.Figure:
    """The heat map with the contacts in its cells, blocked ones in brackets, full cells outlined."""
    planned, held = (
        shown.assign(blocked=_blocked(shown))
        .pivot_table(index="week", columns="channel", values=column, aggfunc="sum")
        .reindex(index=weeks, columns=channels)
        .fillna(0)
        .to_numpy(dtype=float)
        for column in ("contacts", "blocked")
    )
    highest = float(planned.max()) or 1.0
    gap = " " if len(channels) <= _CHANNELS_ON_ONE_LINE else "<br>"
    figure = go.Figure()
    places = {"x": list(range(len(channels))), "y": list(range(len(weeks)))}
    scale = {"zmin": 0, "zmax": highest, "colorscale": ORDERED, "showscale": False, "xgap": 2, "ygap": 2}
    figure.add_heatmap(z=np.where(planned + held > 0, planned, np.nan), hoverinfo="skip", **places, **scale)
    cells = []
    for y, x in zip(*np.nonzero(planned + held), strict=True):
        blocked = f"{gap}({number(held[y, x])})" if held[y, x] else ""
        cells.append((float(x), float(y), f"{number(planned[y, x])}{blocked}", shade(planned[y, x] / highest)))
    cell_texts(figure, cells)
    full = np.argwhere(planned >= (np.inf if cap is None else cap))
    style = {"type": "rect", "line": {"color": SERIES[1], "width": 3}}
    figure.layout.shapes = [{"x0": x - 0.48, "x1": x + 0.48, "y0": y - 0.46, "y1": y + 0.46, **style} for y, x in full]
    return figure


def _week_name(weeks: list[pd.Timestamp], position: int) -> str:
    """Day and month of a Monday, with the year where it is a new one."""
    week = pd.Timestamp(weeks[position])
    if position and pd.Timestamp(weeks[position - 1]).year == week.year:
        return day_month(week)
    return _("{day} ({year})", day=day_month(week), year=week.year)


def _blocked(rows: pd.DataFrame) -> pd.Series:
    return rows["blocked"].fillna(0) if "blocked" in rows else pd.Series(0, index=rows.index)


def exclusion_funnel(
    exclusions: pd.DataFrame, *, title: str, subtitle: str, caption: str | None = None
) -> go.Figure | None:
    """From all customers to those contacted: how many each reason takes away.

    Parameters
    ----------
    exclusions
        ``exclusions``: one row per ``reason`` with ``customers`` and ``order``. The first row is all customers,
        the last those contacted, each row between the customers its reason excludes (of either sign); a reason
        that excludes nobody is left out.
    """
    rows = drawable(exclusions, ["reason", "customers", "order"], measures=["customers"], at_least=_FEWEST_STEPS)
    if rows is None:
        return None
    rows = rows.sort_values("order", kind="stable")
    rows = _shortened(rows.assign(customers=rows["customers"].abs()))
    everyone, reached = float(rows["customers"].iloc[0]), float(rows["customers"].iloc[-1])
    if everyone <= 0:
        return None
    bars = [Bar(reason_label(str(rows["reason"].iloc[0])), everyone, number(everyone), REFERENCE)]
    left_over = everyone
    for reason, customers in zip(rows["reason"].iloc[1:-1], rows["customers"].iloc[1:-1], strict=True):
        left_over -= float(customers)
        text = _("−{n} ({share})", n=number(customers), share=percent(customers / everyone))
        bars.append(Bar(reason_label(str(reason)), float(customers), text, SERIES[1], start=max(left_over, 0.0)))
    text = _("{n} ({share})", n=number(reached), share=percent(reached / everyone))
    bars.append(Bar(reason_label(str(rows["reason"].iloc[-1])), reached, text))
    figure, space = horizontal_bars(bars)
    alt = _(
        "Bars from {all} customers to {reached} contacted in {n} steps.",
        all=number(everyone),
        reached=number(reached),
        n=len(rows) - 2,
    )
    table = figure_table(
        [_("Reason"), _("Customers")],
        [[reason_label(str(r)), number(n)] for r, n in zip(rows["reason"], rows["customers"], strict=True)],
    )
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _shortened(rows: pd.DataFrame) -> pd.DataFrame:
    """Ends and reasons that exclude somebody, at most twelve: the smallest are summed into others, in order."""
    inner = rows.iloc[1:-1]
    rows = pd.concat([rows.iloc[:1], inner[inner["customers"] > 0], rows.iloc[-1:]], ignore_index=True)
    if len(rows) <= _MOST_STEPS:
        return rows
    inner = rows.iloc[1:-1]
    kept = inner["customers"].nlargest(_MOST_STEPS - 3).index
    rest = inner.drop(index=kept)
    others = pd.DataFrame({"reason": ["others"], "customers": [rest["customers"].sum()], "order": [0]})
    return pd.concat([rows.iloc[:1], inner.loc[inner.index.isin(kept)], others, rows.iloc[-1:]], ignore_index=True)

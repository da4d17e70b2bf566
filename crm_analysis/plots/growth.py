"""Figures of growth: the bridge from one period to the next, and revenue over the months of the years."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import money, month, short_month
from crm_analysis.labels import bridge_label
from crm_analysis.messages import _
from crm_analysis.plots.frames import drawable, place_of_largest
from crm_analysis.plots.marks import KeyItem, end_labels, key
from crm_analysis.plots.scales import value_axis
from crm_analysis.plots.theme import FAINT, REFERENCE, SERIES, figure_table, styled
from crm_analysis.plots.waterfall import waterfall

__all__ = ["growth_bridge", "revenue_by_month"]

_ROUNDING_SHOWN_FROM = 1e-9
_MOST_YEARS = 4
_HEIGHT = 280


def growth_bridge(
    bridge: pd.DataFrame, *, currency: str, title: str, subtitle: str, caption: str | None = None
) -> go.Figure | None:
    """Waterfall from the revenue before to the revenue after, whose parts add up exactly.

    Parameters
    ----------
    bridge
        ``growth_bridge``: ``part`` and signed ``amount``; the first and last rows are totals. What the parts
        leave open is drawn as a part of its own, named rounding.
    """
    rows = drawable(bridge, ["part", "amount"], measures=["amount"], at_least=3)
    if rows is None:
        return None
    parts = [(str(p), float(a)) for p, a in zip(rows["part"], rows["amount"], strict=True)]
    before, after = parts[0], parts[-1]
    left_open = after[1] - before[1] - sum(amount for _part, amount in parts[1:-1])
    if abs(left_open) > _ROUNDING_SHOWN_FROM * max(abs(before[1]), abs(after[1]), 1.0):
        parts.insert(len(parts) - 1, ("rounding", left_open))
    figure, space = waterfall(parts, {before[0], after[0]}, bridge_label, currency)
    alt = _(
        "Waterfall from {before} to {after} in {n} parts, which add up exactly.",
        before=money(before[1], currency),
        after=money(after[1], currency),
        n=len(parts) - 2,
    )
    table = figure_table(
        [_("Part of the change"), _("Amount")],
        [[bridge_label(part), money(amount, currency, "table")] for part, amount in parts],
    )
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def revenue_by_month(
    revenue: pd.DataFrame, *, currency: str, title: str, subtitle: str, caption: str | None = None
) -> go.Figure | None:
    """Revenue over the months of a year: the latest year with a whole month strong, others grey, open months hollow.

    Parameters
    ----------
    revenue
        ``revenue_by_period``: one row per ``month`` with ``revenue`` and ``complete``. At most the four
        latest years are drawn.
    """
    rows = drawable(revenue, ["month", "revenue", "complete"], measures=["revenue"], at_least=2)
    if rows is None:
        return None
    dates = pd.to_datetime(rows["month"])
    rows = rows.assign(month=dates, year=dates.dt.year, place=dates.dt.month).sort_values("month")
    years = sorted(rows["year"].unique())[-_MOST_YEARS:]
    shown = rows[rows["year"].isin(years)]
    figure = go.Figure()
    ends = _year_lines(figure, shown, currency)
    left = value_axis(figure, shown["revenue"].to_numpy(dtype=float), axis="y", kind="money", currency=currency)
    low, high = figure.layout.yaxis.range
    for place, labels in ends.items():
        end_labels(figure, labels, x=place, low=low, high=high, height=_HEIGHT)
    places = [1, 3, 5, 7, 9, 11]
    names = [short_month(pd.Timestamp(2001, place, 1)) for place in places]
    figure.update_xaxes(tickvals=places, ticktext=names, range=[0.7, 12.4], showgrid=False)
    above = 12.0
    if not shown["complete"].all():
        above += key(figure, [KeyItem("○", REFERENCE, _("month not complete"))], left=left)
    best = shown.iloc[place_of_largest(shown["revenue"])]
    alt = _(
        "Lines of revenue per month for {years}: the highest month is {month} with {amount}.",
        years=", ".join(map(str, years)),
        month=month(best["month"]),
        amount=money(best["revenue"], currency),
    )
    body = [[month(m), money(v, currency, "table")] for m, v in zip(shown["month"], shown["revenue"], strict=True)]
    table = figure_table([_("Month"), _("Revenue")], body)
    space: dict[str, Any] = {"height": _HEIGHT, "left": left, "right": 44, "above": above, "below": 24}
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _year_lines(figure: go.Figure, shown: pd.DataFrame, currency: str) -> dict[int, dict[str, tuple[float, str]]]:
    """Draw a line per year; return the labels of the lines by the month they end in."""
    ends: dict[int, dict[str, tuple[float, str]]] = {}
    complete = shown.loc[shown["complete"].astype(bool), "year"]
    newest = (complete if len(complete) else shown["year"]).max()
    for year, part in shown.groupby("year"):
        latest = year == newest
        colour, width, size = (SERIES[0], 3, 8) if latest else (FAINT, 1.5, 5)
        fill = [colour if done else "#FFFFFF" for done in part["complete"]]
        revenue = part["revenue"].astype(float)
        figure.add_scatter(
            x=part["place"],
            y=revenue,
            mode="lines+markers",
            line={"color": colour, "width": width},
            marker={"size": size, "color": fill, "line": {"color": colour, "width": 1.5}},
            hoverinfo="text",
            hovertext=[f"{month(m)}: {money(v, currency)}" for m, v in zip(part["month"], revenue, strict=True)],
        )
        label = (float(revenue.iloc[-1]), SERIES[0] if latest else REFERENCE)
        ends.setdefault(int(part["place"].iloc[-1]), {})[str(year)] = label
    return ends

"""Sales by week of the year, the latest year strong, holidays marked."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import date, money, short_month
from crm_analysis.messages import _
from crm_analysis.plots.frames import drawable, place_of_largest
from crm_analysis.plots.marks import end_labels, note, vertical_line
from crm_analysis.plots.scales import value_axis
from crm_analysis.plots.theme import FAINT, REFERENCE, SERIES, figure_table, styled

__all__ = ["seasonality"]

_MOST_YEARS = 4
_HEIGHT = 300
_WEEKS = 53


def seasonality(
    weekly: pd.DataFrame,
    marks: pd.DataFrame,
    *,
    currency: str,
    title: str,
    subtitle: str,
    caption: str | None = None,
) -> go.Figure | None:
    """Lines of weekly revenue, one per year, with the holidays of the latest year.

    Parameters
    ----------
    weekly
        ``weekly_sales``: one row per ``week`` (its Monday) with ``revenue``. At most the four latest years are drawn.
    marks
        ``day`` and ``label`` of holidays.
    """
    rows = drawable(weekly, ["week", "revenue"], measures=["revenue"], at_least=8)
    if rows is None:
        return None
    weeks = pd.to_datetime(rows["week"])
    iso = weeks.dt.isocalendar()
    rows = rows.assign(week=weeks, year=iso["year"].astype("int64"), place=iso["week"].astype("int64"))
    years = sorted(rows["year"].unique())[-_MOST_YEARS:]
    shown = rows[rows["year"].isin(years)].sort_values("week")
    newest = years[-1]
    figure = go.Figure()
    ends: dict[int, dict[str, tuple[float, str]]] = {}
    for year, part in shown.groupby("year"):
        latest = year == newest
        figure.add_scatter(
            x=part["place"],
            y=part["revenue"],
            mode="lines",
            line={"color": SERIES[0] if latest else FAINT, "width": 3 if latest else 1.5},
            hoverinfo="text",
            hovertext=[f"{date(w)}: {money(v, currency)}" for w, v in zip(part["week"], part["revenue"], strict=True)],
        )
        label = (float(part["revenue"].iloc[-1]), SERIES[0] if latest else REFERENCE)
        ends.setdefault(int(part["place"].iloc[-1]), {})[str(year)] = label
    left = value_axis(figure, shown["revenue"].to_numpy(dtype=float), axis="y", kind="money", currency=currency)
    low, high = figure.layout.yaxis.range
    for place, labels in ends.items():
        end_labels(figure, labels, x=place, low=low, high=high, height=_HEIGHT)
    _mark(figure, marks, int(newest), high)
    firsts = pd.to_datetime([f"{newest}-{month:02d}-01" for month in (1, 3, 5, 7, 9, 11)])
    places = [min(int(day.dayofyear / 7) + 1, _WEEKS) for day in firsts]
    figure.update_xaxes(
        tickvals=places, ticktext=[short_month(day) for day in firsts], range=[0.5, _WEEKS + 2.5], showgrid=False
    )
    best = shown.iloc[place_of_largest(shown["revenue"])]
    alt = _(
        "Lines of revenue by week for {years}: the best week began on {week} with {amount}.",
        years=", ".join(map(str, years)),
        week=date(best["week"]),
        amount=money(best["revenue"], currency),
    )
    body = [[date(w), money(v, currency, "table")] for w, v in zip(shown["week"], shown["revenue"], strict=True)]
    table = figure_table([_("Week from"), _("Revenue")], body)
    space: dict[str, Any] = {"height": _HEIGHT, "left": left, "right": 44, "above": 26, "below": 24}
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _mark(figure: go.Figure, marks: pd.DataFrame, year: int, high: float) -> None:
    """Holidays of a year as lines with their names above, each name at most once where they lie close."""
    days = marks[pd.to_datetime(marks["day"]).dt.year == year] if len(marks) else marks
    last = -10.0
    for day, label in zip(pd.to_datetime(days["day"]), days["label"], strict=True):
        place = (day.dayofyear + 6) / 7
        vertical_line(figure, place)
        if place - last >= 5:
            note(figure, str(label), x=place, y=high, anchor="center", yanchor="bottom", colour=REFERENCE)
            last = place

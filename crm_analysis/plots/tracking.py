"""Was the forecast right: cumulative actual, model and naive forecast week by week."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import date, day_month
from crm_analysis.messages import _
from crm_analysis.plots.frames import drawable
from crm_analysis.plots.marks import band, end_labels, line, note, vertical_line
from crm_analysis.plots.scales import Kind, value_axis, value_text
from crm_analysis.plots.theme import REFERENCE, SERIES, figure_table, styled

__all__ = ["forecast_tracking"]

_BAND = "rgba(213,94,0,0.18)"
_FEWEST_WEEKS = 2
_HEIGHT = 300
_FLAT = 0.3


def forecast_tracking(
    weekly: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    caption: str | None = None,
    kind: Kind = "number",
    currency: str | None = None,
) -> go.Figure | None:
    """Cumulative actual, model and naive forecast per week, with the split between fitting and holdout.

    Parameters
    ----------
    weekly
        ``weekly_forecast``: one row per ``week`` with ``actual_cumulative``, ``model_cumulative``,
        ``naive_cumulative``, ``period`` and, where there is a band, ``low`` and ``high``.
    kind, currency
        What is counted: purchases (number) or money. The axis leaves zero out where all values are far from it.
    """
    columns = ["week", "actual_cumulative", "model_cumulative", "period"]
    rows = drawable(weekly, columns, measures=columns[1:3], at_least=_FEWEST_WEEKS)
    if rows is None:
        return None
    rows = rows.assign(week=pd.to_datetime(rows["week"])).sort_values("week")
    figure = go.Figure()
    drawn, labels = _lines(figure, rows, kind, currency)
    steep = min(drawn) < _FLAT * max(drawn)
    left = value_axis(figure, drawn, axis="y", kind=kind, currency=currency, from_zero=steep)
    low, high = figure.layout.yaxis.range
    right = end_labels(figure, labels, x=rows["week"].iloc[-1], low=low, high=high, height=_HEIGHT)
    above = _split_line(figure, rows)
    _week_axis(figure, rows["week"])
    alt = _(
        "Cumulative lines per week up to {last}: actual {actual}, model {model}.",
        last=date(rows["week"].iloc[-1]),
        actual=value_text(rows["actual_cumulative"].iloc[-1], kind, currency),
        model=value_text(rows["model_cumulative"].iloc[-1], kind, currency),
    )
    table = _tracking_table(rows, list(labels), kind, currency)
    space: dict[str, Any] = {"height": _HEIGHT, "left": left, "right": right, "above": above, "below": 40}
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _lines(
    figure: go.Figure, rows: pd.DataFrame, kind: Kind, currency: str | None
) -> tuple[list[float], dict[str, tuple[float, str]]]:
    """Draw the band and the lines; return all values drawn, and the end and colour of each line by its name."""
    labels: dict[str, tuple[float, str]] = {}
    drawn: list[float] = []
    if {"low", "high"} <= set(rows.columns):
        known = rows.dropna(subset=["low", "high"])
        band(figure, known["week"], known["low"].astype(float), known["high"].astype(float), colour=_BAND)
        drawn += [*known["low"], *known["high"]]
    for column, text, colour, style in (
        ("naive_cumulative", _("Naive"), REFERENCE, {"width": 1.5, "dash": "dot"}),
        ("model_cumulative", _("Model"), SERIES[1], {"width": 2.5, "dash": "dash"}),
        ("actual_cumulative", _("Actual"), SERIES[0], {"width": 2.5}),
    ):
        part = rows.dropna(subset=[column]) if column in rows else rows.iloc[:0]
        if part.empty:
            continue
        values = part[column].astype(float)
        texts = [value_text(value, kind, currency) for value in values]
        hover = [f"{text}, {date(week)}: {value}" for week, value in zip(part["week"], texts, strict=True)]
        line(figure, part["week"], values, colour=colour, hover=hover, **style)
        labels[text] = (float(values.iloc[-1]), colour)
        drawn += values.tolist()
    return drawn, labels


def _split_line(figure: go.Figure, rows: pd.DataFrame) -> float:
    """Mark the first week of the holdout period; return the pixels its words need above the plot."""
    holdout = rows[rows["period"] == "holdout"]
    if holdout.empty or len(holdout) == len(rows):
        return 8
    at = holdout["week"].iloc[0]
    vertical_line(figure, at, dash="dash")
    late = (at - rows["week"].iloc[0]) / (rows["week"].iloc[-1] - rows["week"].iloc[0]) > 0.5
    text = _("← fitted up to here") if late else _("checked from here →")
    anchor, shift = ("right", -4) if late else ("left", 4)
    note(figure, text, x=at, y=1, yref="paper", anchor=anchor, shift=shift, yshift=10, colour=REFERENCE)
    return 24


def _week_axis(figure: go.Figure, weeks: pd.Series) -> None:
    """Four weeks from the first to the last, with the year where it is a new one."""
    chosen = [weeks.iloc[i] for i in sorted({0, len(weeks) // 3, 2 * len(weeks) // 3, len(weeks) - 1})]
    texts = [
        f"{day_month(week)}<br>{week.year}" if i == 0 or chosen[i - 1].year != week.year else day_month(week)
        for i, week in enumerate(chosen)
    ]
    figure.update_xaxes(tickvals=chosen, ticktext=texts, showgrid=False)


def _tracking_table(rows: pd.DataFrame, names: list[str], kind: Kind, currency: str | None) -> dict[str, list[Any]]:
    columns = [c for c in ("naive_cumulative", "model_cumulative", "actual_cumulative") if c in rows]
    columns = [c for c in columns if rows[c].notna().any()]
    body = [[date(row["week"]), *(value_text(row[c], kind, currency) for c in columns)] for _i, row in rows.iterrows()]
    return figure_table([_("Week"), *names], body)

"""Are probabilities right: observed against predicted shares."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import number, percent
from crm_analysis.messages import _
from crm_analysis.plots.frames import drawable, place_of_largest
from crm_analysis.plots.marks import axis_name, line
from crm_analysis.plots.scales import value_axis
from crm_analysis.plots.theme import FAINT, GRID, REFERENCE, SERIES, figure_table, styled

__all__ = ["calibration_dots"]

_LEAST_REACH = 0.05
_COUNTS_TOP, _DOTS_BOTTOM = 0.13, 0.24


def calibration_dots(
    calibration: pd.DataFrame, *, title: str, subtitle: str, caption: str | None = None
) -> go.Figure | None:
    """Observed against predicted probability with 90 % intervals, the diagonal, and counts below.

    Parameters
    ----------
    calibration
        ``calibration``: one row per ``bin`` with ``n``, ``predicted``, ``observed``, ``low``, ``high``
        (fractions).
    """
    rows = drawable(calibration, ["n", "predicted", "observed", "low", "high"], measures=["n"])
    if rows is None:
        return None
    rows = rows[rows["n"] > 0].sort_values("predicted")
    reach = max(float(rows["high"].max()), float(rows["predicted"].max()), _LEAST_REACH)
    figure = go.Figure()
    line(figure, [0, reach], [0, reach], colour=REFERENCE, width=1, dash="dot")
    _add_dots(figure, rows)
    left = max(value_axis(figure, [reach], axis="y", kind="percent"), 52)
    value_axis(figure, [reach], axis="x", kind="percent", anchor="y2", zeroline=False)
    _add_counts(figure, rows, reach)
    axis_name(figure, _("observed share"), yshift=18, left=left)
    axis_name(figure, _("customers"), yshift=17, left=left, y=_COUNTS_TOP)
    axis_name(figure, _("predicted probability"), yshift=-32)
    worst = rows.iloc[place_of_largest((rows["predicted"] - rows["observed"]).abs())]
    alt = _(
        "Dots of observed against predicted share in {n} groups: the largest gap is {predicted} predicted, "
        "{observed} observed.",
        n=len(rows),
        predicted=percent(worst["predicted"]),
        observed=percent(worst["observed"]),
    )
    space: dict[str, Any] = {"height": 360, "left": left, "right": 20, "above": 28, "below": 44}
    table = _calibration_table(rows)
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _add_dots(figure: go.Figure, rows: pd.DataFrame) -> None:
    observed = rows["observed"].astype(float)
    interval = {"type": "data", "symmetric": False, "array": rows["high"] - observed}
    hover = [
        _("predicted {predicted}, observed {observed}, n {n}", predicted=percent(p), observed=percent(o), n=number(n))
        for p, o, n in zip(rows["predicted"], observed, rows["n"], strict=True)
    ]
    figure.add_scatter(
        x=rows["predicted"],
        y=observed,
        mode="markers",
        marker={"size": 9, "color": SERIES[0]},
        error_y={**interval, "arrayminus": observed - rows["low"], "color": SERIES[0], "thickness": 1.5, "width": 3},
        hoverinfo="text",
        hovertext=hover,
    )


def _add_counts(figure: go.Figure, rows: pd.DataFrame, reach: float) -> None:
    """Bars of customers per group in a strip below the dots."""
    most = int(rows["n"].max())
    figure.add_bar(
        x=rows["predicted"], y=rows["n"], yaxis="y2", marker={"color": FAINT}, width=reach / 40, hoverinfo="skip"
    )
    ticks = {"tickvals": [0, most], "ticktext": [number(0), number(most)]}
    figure.update_layout(
        yaxis={"domain": [_DOTS_BOTTOM, 1]},
        yaxis2={"domain": [0, _COUNTS_TOP], "range": [0, most * 1.05], "gridcolor": GRID, **ticks},
    )


def _calibration_table(rows: pd.DataFrame) -> dict[str, list[Any]]:
    shares = ("predicted", "observed", "low", "high")
    body = [[number(row["n"]), *(percent(row[c]) for c in shares)] for _i, row in rows.iterrows()]
    return figure_table([_("Customers"), _("Predicted"), _("Observed"), _("Low"), _("High")], body)

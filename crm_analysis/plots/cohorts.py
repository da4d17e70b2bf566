"""Cohorts over time: how many of those who first bought together bought again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import month, number, percent
from crm_analysis.messages import _
from crm_analysis.plots.frames import drawable
from crm_analysis.plots.marks import axis_name, cell_texts, note
from crm_analysis.plots.scales import FEWEST_FOR_PERCENT, cell_axis, row_names, whole_percent
from crm_analysis.plots.theme import ORDERED, REFERENCE, figure_table, shade, styled

__all__ = ["cohort_triangle"]

_MOST_AGES = 12
_MOST_COHORTS = 18
_ROW = 24


def cohort_triangle(
    cohorts: pd.DataFrame, *, title: str, subtitle: str, caption: str | None = None
) -> go.Figure | None:
    """Percentage of each cohort that bought again, by age; open periods blank, the average below.

    Parameters
    ----------
    cohorts
        ``cohorts``: one row per ``cohort`` and ``age`` with ``customers`` (size), ``share``, ``complete`` and
        ``existing``. Existing customers are no cohort and left out, as is age 0. The newest 18 cohorts and the
        first 12 ages are drawn; a cohort under 30 customers shows its size but no percentages.
    """
    rows = drawable(cohorts, ["cohort", "age", "customers", "share", "complete"], measures=["share"])
    if rows is None:
        return None
    rows = _newest(rows)
    large = rows[rows["customers"] >= FEWEST_FOR_PERCENT]
    if large.empty:
        return None
    ages = list(range(1, int(large["age"].max()) + 1))
    sizes = rows.groupby("cohort")["customers"].max()
    shares = large.pivot_table(index="cohort", columns="age", values="share").reindex(index=sizes.index, columns=ages)
    bought, size = (
        (large["share"] * large["customers"]).groupby(large["age"]).sum(),
        large.groupby("age")["customers"].sum(),
    )
    averages = {int(age): float(share) for age, share in zip(size.index.to_numpy(), bought / size, strict=True)}
    average = np.array([averages.get(age, np.nan) for age in ages])
    names = [_("{month} ({n})", month=month(cohort), n=number(size)) for cohort, size in sizes.items()]
    grid = np.vstack([shares.to_numpy(dtype=float), average])
    names.append(_("Average"))
    figure, left = _triangle(grid, names, ages)
    oldest = max(averages)
    alt = _(
        "Triangle of {n} cohorts: on average {first} buy in the first period after their first order, "
        "{last} in period {age}.",
        n=len(sizes),
        first=percent(average[0]),
        last=percent(averages[oldest]),
        age=number(oldest),
    )
    body = [[name, *_percents(values)] for name, values in zip(names, grid, strict=True)]
    table = figure_table([_("Cohort (customers)"), *map(number, ages)], body)
    space: dict[str, Any] = {"height": round(_ROW * (len(sizes) + 1.5)), "left": left, "right": 10}
    return styled(
        figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, above=44, below=4, **space
    )


def _newest(rows: pd.DataFrame) -> pd.DataFrame:
    """Ended periods after the first order, of the newest cohorts that are not of existing customers."""
    if "existing" in rows:
        rows = rows[~rows["existing"].astype(bool)]
    rows = rows[(rows["age"] > 0) & (rows["age"] <= _MOST_AGES) & rows["complete"].astype(bool)]
    rows = rows.assign(cohort=pd.to_datetime(rows["cohort"]))
    return rows[rows["cohort"].isin(sorted(rows["cohort"].unique())[-_MOST_COHORTS:])]


def _triangle(grid: np.ndarray, names: list[str], ages: list[int]) -> tuple[go.Figure, float]:
    """The heat map with the average as its last row, set apart; and the pixels its names need."""
    count = len(grid) - 1
    places = [*range(count), count + 0.5]
    highest = float(np.nanmax(grid[:-1])) or 1.0
    figure = go.Figure()
    scale = {"zmin": 0, "zmax": highest, "colorscale": ORDERED, "showscale": False, "xgap": 1, "ygap": 1}
    figure.add_heatmap(z=grid[:-1], x=ages, y=places[:-1], hoverinfo="skip", **scale)
    figure.add_heatmap(z=grid[-1:], x=ages, y0=places[-1], dy=1, hoverinfo="skip", **scale)
    cells = []
    for values, place in zip(grid, places, strict=True):
        known = zip(np.asarray(ages)[np.isfinite(values)], values[np.isfinite(values)], strict=True)
        cells += [(float(age), place, whole_percent(value), shade(value / highest)) for age, value in known]
        if not np.isfinite(values).any():
            note(figure, _("under {n} customers", n=FEWEST_FOR_PERCENT), x=0.55, y=place, colour=REFERENCE)
    cell_texts(figure, cells)
    rows = row_names(names, width=130)
    cell_axis(figure, "y", places, rows.texts)
    cell_axis(figure, "x", ages, [number(age) for age in ages], side="top")
    axis_name(figure, _("Cohort (customers); periods since the first order →"), yshift=32, left=rows.width)
    return figure, rows.width


def _percents(values: np.ndarray) -> list[str]:
    return ["" if np.isnan(value) else percent(value) for value in values]

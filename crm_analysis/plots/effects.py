"""Effects with their uncertainty: actions against their control groups, ways of choosing products."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import date, money, money_interval, number, percent, percent_interval
from crm_analysis.labels import evidence_label, method_label
from crm_analysis.messages import _
from crm_analysis.plots.frames import drawable
from crm_analysis.plots.intervals import EVIDENCE_SYMBOLS, IntervalRow, evidence_key, interval_rows
from crm_analysis.plots.marks import KeyItem, key, vertical_line
from crm_analysis.plots.scales import FEWEST_FOR_PERCENT
from crm_analysis.plots.theme import REFERENCE, SERIES, figure_table, styled

__all__ = ["backtest_dots", "effect_forest"]

_FOREST_COLUMNS = ("name", "treated", "compared", "estimate", "low", "high", "evidence")
_PLACEBO = ["placebo_estimate", "placebo_low", "placebo_high"]
_MOST_ROWS = 12


def effect_forest(
    results: pd.DataFrame,
    *,
    currency: str,
    title: str,
    subtitle: str,
    caption: str | None = None,
    goal: float | None = None,
) -> go.Figure | None:
    """Extra money per customer of each action with its 90 % interval, by falling estimate.

    Parameters
    ----------
    results
        ``campaign_results``: one row per campaign with ``name``, ``treated``, ``compared``, ``estimate``,
        ``low``, ``high``, ``evidence`` and, where there is one, the placebo estimate of a period before the
        campaign, drawn in grey. The twelve highest estimates are drawn.
    goal
        Extra money per customer aimed at, drawn as a line.
    """
    rows = drawable(results, _FOREST_COLUMNS)
    if rows is None:
        return None
    rows = rows.sort_values("estimate", ascending=False).head(_MOST_ROWS)
    drawn = [_forest_row(row, currency) for _i, row in rows.iterrows()]
    figure, space = interval_rows(drawn, kind="money", currency=currency)
    items = evidence_key(rows["evidence"].tolist())
    if any(row.below for row in drawn):
        items.append(KeyItem("●", REFERENCE, _("placebo: before the action")))
    if goal is not None:
        vertical_line(figure, goal, dash="dash", colour=SERIES[2])
        items.append(KeyItem("┆", SERIES[2], _("goal {amount}", amount=money(goal, currency))))
    space["above"] = key(figure, items, left=space["left"]) + 4
    above_zero = int((rows["low"] > 0).sum())
    alt = _(
        "Dots with intervals for {n} actions: {above} lie above zero with their whole interval; highest is "
        "{name} with {estimate} per customer.",
        n=len(rows),
        above=above_zero,
        name=_campaign_name(rows.iloc[0]),
        estimate=money(rows["estimate"].iloc[0], currency),
    )
    table = figure_table(
        [_("Action"), _("Extra per customer"), _("Low"), _("High"), _("Treated"), _("Compared"), _("Evidence")],
        [
            [
                _campaign_name(row),
                *(money(row[c], currency, "table") for c in ("estimate", "low", "high")),
                number(row["treated"]),
                number(row["compared"]),
                evidence_label(row["evidence"]),
            ]
            for _i, row in rows.iterrows()
        ],
    )
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _forest_row(row: pd.Series, currency: str) -> IntervalRow:
    text = _(
        "{effect}; n {treated} against {compared}; {evidence}",
        effect=money_interval(row["estimate"], row["low"], row["high"], currency),
        treated=number(row["treated"]),
        compared=number(row["compared"]),
        evidence=evidence_label(row["evidence"]),
    )
    placebo = tuple(float(row[c]) if c in row.index else math.nan for c in _PLACEBO)
    mid, low, high = placebo
    return IntervalRow(
        name=_campaign_name(row),
        text=text,
        mid=float(row["estimate"]),
        low=float(row["low"]),
        high=float(row["high"]),
        symbol=EVIDENCE_SYMBOLS.get(str(row["evidence"]), "square-open"),
        below=((mid, low, high),) if all(map(math.isfinite, placebo)) else (),
    )


def _campaign_name(row: pd.Series) -> str:
    """The name with the first day where it is known: campaigns of one kind share a name."""
    if pd.isna(row.get("starts_on")):
        return str(row["name"])
    return _("{name}, from {day}", name=row["name"], day=date(row["starts_on"]))


def backtest_dots(backtest: pd.DataFrame, *, title: str, subtitle: str, caption: str | None = None) -> go.Figure | None:
    """Hit rate of the personal choice, the segment's rule and the most popular product, out of time.

    Parameters
    ----------
    backtest
        ``personalization_backtest``: one row per ``method`` with ``hit_rate``, ``low``, ``high`` (fractions) and
        ``n``. Methods tried on fewer than 30 customers are left out.
    """
    rows = drawable(backtest, ["method", "hit_rate", "low", "high", "n"], measures=["hit_rate"])
    if rows is None:
        return None
    rows = rows[rows["n"] >= FEWEST_FOR_PERCENT].sort_values("hit_rate", ascending=False).head(_MOST_ROWS)
    if rows.empty:
        return None
    drawn = [
        IntervalRow(
            name=method_label(str(row["method"])),
            text=_(
                "{rate}; n {n}",
                rate=percent_interval(row["hit_rate"], row["low"], row["high"]),
                n=number(row["n"]),
            ),
            mid=float(row["hit_rate"]),
            low=float(row["low"]),
            high=float(row["high"]),
            colour=SERIES[0] if row["method"] == "personal" else REFERENCE,
        )
        for _i, row in rows.iterrows()
    ]
    figure, space = interval_rows(drawn, kind="percent")
    best = rows.iloc[0]
    alt = _(
        "Dots with intervals for {n} methods: {method} hits most often, {rate}.",
        n=len(rows),
        method=method_label(str(best["method"])),
        rate=percent(best["hit_rate"]),
    )
    table = figure_table(
        [_("Method"), _("Hit rate"), _("Low"), _("High"), _("Customers")],
        [
            [
                method_label(str(row["method"])),
                *(percent(row[c]) for c in ("hit_rate", "low", "high")),
                number(row["n"]),
            ]
            for _i, row in rows.iterrows()
        ],
    )
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)

"""Figures of data quality: what became of the rows read, and whether sales match the raw file."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import money, month, number, percent
from crm_analysis.labels import action_label, difference_label, rule_label
from crm_analysis.messages import _
from crm_analysis.plots.bars import Bar, horizontal_bars
from crm_analysis.plots.frames import drawable, has_values, with_others
from crm_analysis.plots.marks import KeyItem, end_labels, key, line
from crm_analysis.plots.scales import month_ticks, value_axis
from crm_analysis.plots.theme import REFERENCE, SERIES, figure_table, styled

__all__ = ["agreement_by_month", "rows_flow"]

_COLOURS = {"repaired": SERIES[2], "netted": SERIES[3], "quarantined": SERIES[1]}
_MOST_RULES = 10
_HEIGHT = 280
_OWN_COLUMNS = ("month", "raw_amount", "sales_amount")


def rows_flow(
    ledger: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    caption: str | None = None,
    table: str = "order_lines",
) -> go.Figure | None:
    """Rows read, and how many were kept, of them repaired or netted, and quarantined by which rule.

    Parameters
    ----------
    ledger
        ``cleaning_ledger``: one row per ``table`` and ``rule`` with ``action`` and ``rows``. Kept and quarantined
        rows add up to those read; repaired and netted ones are among the kept. What is only flagged is not drawn.
    table
        Whose rows.
    """
    rows = drawable(ledger, ["rule", "action", "rows"])
    if rows is None:
        return None
    rows = rows[rows["table"] == table] if "table" in rows else rows
    kept, out = (int(rows.loc[rows["action"] == action, "rows"].sum()) for action in ("kept", "quarantined"))
    read = kept + out
    if read <= 0:
        return None
    counted = [(action_label("read"), read, REFERENCE), (action_label("kept"), kept, SERIES[0]), *_by_rule(rows)]
    bars = [
        Bar(name, count, _("{n} ({share})", n=number(count), share=percent(count / read)), colour)
        for name, count, colour in counted
    ]
    figure, space = horizontal_bars(bars)
    alt = _(
        "Bars of rows: {read} read, {kept} kept, {quarantined} quarantined.",
        read=number(read),
        kept=number(kept),
        quarantined=number(out),
    )
    body = [[name, number(count), percent(count / read)] for name, count, _colour in counted]
    figures = figure_table([_("Rows"), _("Count"), _("Share")], body)
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=figures, **space)


def _by_rule(rows: pd.DataFrame) -> list[tuple[str, int, str]]:
    """Name, count and colour of each rule that did something, the largest first, the smallest summed up."""
    changed = rows[rows["action"].isin(list(_COLOURS)) & (rows["rows"] > 0)]
    by_rule = changed.groupby(["action", "rule"], as_index=False)["rows"].sum()
    by_rule = by_rule.assign(place=list(range(len(by_rule))))
    counted = []
    for place, count in with_others(by_rule, "place", "rows", most=_MOST_RULES).itertuples(index=False):
        if place == "others":
            counted.append((rule_label("others"), int(count), REFERENCE))
            continue
        action, rule = str(by_rule["action"].iloc[int(place)]), str(by_rule["rule"].iloc[int(place)])
        name = _("{action}: {rule}", action=action_label(action), rule=rule_label(rule))
        counted.append((name, int(count), _COLOURS[action]))
    return counted


def agreement_by_month(
    agreement: pd.DataFrame,
    *,
    currency: str,
    title: str,
    subtitle: str,
    caption: str | None = None,
    until: date | None = None,
) -> go.Figure | None:
    """Sum of the raw file and sales per month; the named differences are in the figure's table.

    Parameters
    ----------
    agreement
        ``monthly_agreement``: one row per ``month`` with ``raw_amount``, ``sales_amount`` and one column
        per named difference, in units of ``currency``. Lines without a date have no month and are not drawn.
    until
        Last day of the data: the month it lies in is drawn apart where it is not over by then.
    """
    rows = drawable(agreement, _OWN_COLUMNS, measures=["raw_amount", "sales_amount"], at_least=2)
    if rows is None:
        return None
    rows = rows.assign(month=pd.to_datetime(rows["month"])).sort_values("month")
    whole, open_month = _split_open(rows, until)
    figure = go.Figure()
    labels: dict[str, tuple[float, str]] = {}
    for column, text, colour, width in (
        ("raw_amount", _("Raw file"), REFERENCE, 1.5),
        ("sales_amount", _("Sales"), SERIES[0], 2.5),
    ):
        values = whole[column].astype(float)
        hover = [f"{month(m)}: {money(v, currency)}" for m, v in zip(whole["month"], values, strict=True)]
        line(figure, whole["month"], values, colour=colour, width=width, hover=hover)
        figure.update_traces(mode="lines+markers", marker={"size": 5})
        labels[text] = (float(values.iloc[-1]), colour)
    if len(open_month):
        _open_dot(figure, open_month.iloc[0], currency)
    both = pd.concat([rows["raw_amount"], rows["sales_amount"]]).to_numpy(dtype=float)
    left = value_axis(figure, both, axis="y", kind="money", currency=currency)
    tickvals, ticktext = month_ticks(rows["month"])
    figure.update_xaxes(tickvals=tickvals, ticktext=ticktext, showgrid=False)
    low, high = figure.layout.yaxis.range
    right = end_labels(figure, labels, x=whole["month"].iloc[-1], low=low, high=high, height=_HEIGHT)
    alt = _(
        "Lines per month from {first} to {last}: the raw file adds up to {raw}, sales to {sales}.",
        first=month(rows["month"].iloc[0]),
        last=month(rows["month"].iloc[-1]),
        raw=money(rows["raw_amount"].sum(), currency),
        sales=money(rows["sales_amount"].sum(), currency),
    )
    table = _agreement_table(rows, currency)
    above = (
        key(figure, [KeyItem("○", REFERENCE, _("month not complete"))], left=left) + 12.0 if len(open_month) else 0.0
    )
    space: dict[str, Any] = {"height": _HEIGHT, "left": left, "right": right, "above": above, "below": 40}
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _split_open(rows: pd.DataFrame, until: date | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Months that are over, and the one that is not."""
    if until is None or pd.Timestamp(until).is_month_end:
        return rows, rows.iloc[:0]
    past = (rows["month"] < pd.Timestamp(until).replace(day=1)).to_numpy()
    return (rows[past], rows[~past]) if past.sum() > 1 else (rows, rows.iloc[:0])


def _open_dot(figure: go.Figure, row: pd.Series, currency: str) -> None:
    """The sales of a month that is not over: hollow, and on no line."""
    amount = float(row["sales_amount"])
    figure.add_scatter(
        x=[row["month"]],
        y=[amount],
        mode="markers",
        marker={"size": 8, "color": "#FFFFFF", "line": {"color": REFERENCE, "width": 1.5}},
        hoverinfo="text",
        hovertext=[f"{month(row['month'])}: {money(amount, currency)}"],
    )


def _agreement_table(rows: pd.DataFrame, currency: str) -> dict[str, list[Any]]:
    """Each month with raw amount, every difference that is not zero, and sales."""
    differences = [c for c in rows.columns if c not in _OWN_COLUMNS and has_values(rows[c])]
    columns = ["raw_amount", *differences, "sales_amount"]
    names = [_("Month"), _("Raw file"), *map(difference_label, differences), _("Sales")]
    body = [[month(row["month"]), *(money(row[c], currency, "table") for c in columns)] for _i, row in rows.iterrows()]
    return figure_table(names, body)

"""Which strategy for whom, and how large its effect must be to pay."""

from __future__ import annotations

import math
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import money, number, percent
from crm_analysis.labels import evidence_label, segment_label, strategy_label
from crm_analysis.messages import _
from crm_analysis.plots.bars import Bar, horizontal_bars
from crm_analysis.plots.frames import drawable
from crm_analysis.plots.intervals import EVIDENCE_SYMBOLS, IntervalRow, evidence_key, interval_rows
from crm_analysis.plots.marks import KeyItem, key, vertical_line
from crm_analysis.plots.theme import REFERENCE, SERIES, figure_table, styled

__all__ = ["break_even_bars", "strategy_bars"]

_MOST_ROWS = 12


def strategy_bars(
    strategies: pd.DataFrame,
    *,
    currency: str,
    title: str,
    subtitle: str,
    caption: str | None = None,
    measure: Literal["safety", "expected_profit"] = "expected_profit",
) -> go.Figure | None:
    """Each segment's chosen strategy by falling worth, the runner-up as a tick, assumed effects hatched.

    Parameters
    ----------
    strategies
        ``strategy_by_segment``: one row per ``segment`` and ``strategy`` with ``expected_profit``, ``safety``,
        ``evidence``, ``chosen`` and ``runner_up``. The twelve largest are drawn; a strategy without cost, whose
        safety is infinite, is left out of ``safety``.
    measure
        ``expected_profit`` in units of the currency, or ``safety``: assumed effect over break-even effect,
        with a line at 1.
    """
    rows = drawable(strategies, ["segment", "strategy", measure, "evidence", "chosen"], measures=[measure])
    if rows is None:
        return None
    rows = rows[rows[measure].astype(float).map(math.isfinite)]
    chosen = rows[rows["chosen"].astype(bool)].sort_values(measure, ascending=False).head(_MOST_ROWS)
    if chosen.empty:
        return None
    seconds = _runners_up(rows, measure)
    bars = [
        Bar(
            name=_row_name(row),
            value=float(row[measure]),
            text=_worth(row[measure], measure, currency),
            hatched=row["evidence"] == "assumed",
            tick=seconds.get(str(row["segment"])),
        )
        for _i, row in chosen.iterrows()
    ]
    figure, space = horizontal_bars(bars)
    if measure == "safety":
        vertical_line(figure, 1.0, dash="dash")
    items = _strategy_key(chosen, any(bar.tick is not None for bar in bars), measure)
    space["above"] = key(figure, items, left=space["left"])
    first = chosen.iloc[0]
    alt = _(
        "Bars of {n} segments with their strategy: highest is {name} with {worth}.",
        n=len(chosen),
        name=_row_name(first),
        worth=_worth(first[measure], measure, currency),
    )
    every = rows.sort_values(["segment", measure], ascending=[True, False])
    table = _strategy_table(every, [_("Worth")], [[_worth(v, measure, currency)] for v in every[measure]])
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _runners_up(rows: pd.DataFrame, measure: str) -> dict[str, float]:
    """The worth of the runner-up by segment."""
    if "runner_up" not in rows:
        return {}
    worth = rows[rows["runner_up"].astype(bool)].groupby("segment")[measure].max()
    return {str(segment): float(value) for segment, value in worth.items()}


def _strategy_key(chosen: pd.DataFrame, ticks: bool, measure: str) -> list[KeyItem]:
    assumed = chosen["evidence"] == "assumed"
    items = []
    if not assumed.all():
        items.append(KeyItem("■", SERIES[0], _("measured or modelled")))
    if assumed.any():
        items.append(KeyItem("▨", SERIES[0], _("assumed effect")))
    if ticks:
        items.append(KeyItem("┃", SERIES[1], _("runner-up")))
    if measure == "safety":
        items.append(KeyItem("┆", REFERENCE, _("1 = just pays")))
    return items


def _strategy_table(rows: pd.DataFrame, columns: list[str], cells: list[list[str]]) -> dict[str, list[Any]]:
    """Segment, strategy and evidence of each row around the given cells."""
    body = [
        [
            segment_label(str(row["segment"])),
            strategy_label(str(row["strategy"])),
            *middle,
            evidence_label(str(row["evidence"])),
        ]
        for (_i, row), middle in zip(rows.iterrows(), cells, strict=True)
    ]
    return figure_table([_("Segment"), _("Strategy"), *columns, _("Evidence")], body)


def _row_name(row: pd.Series) -> str:
    return _(
        "{segment}: {strategy}",
        segment=segment_label(str(row["segment"])),
        strategy=strategy_label(str(row["strategy"])),
    )


def _worth(value: float, measure: str, currency: str) -> str:
    if measure == "safety":
        return _("{n} times", n=number(value, 1))
    return money(value, currency)


def break_even_bars(
    strategies: pd.DataFrame, *, title: str, subtitle: str, caption: str | None = None
) -> go.Figure | None:
    """Per chosen action the effect that is expected (dot) and the one at which it breaks even (tick).

    Parameters
    ----------
    strategies
        ``strategy_by_segment``: one row per ``segment`` and ``strategy`` with ``break_even_effect``,
        ``assumed_effect`` (shares of contacted customers), ``evidence``, ``chosen``. Actions that can never pay
        (an infinite break-even) are left out; the twelve with the largest room are drawn.
    """
    columns = ["segment", "strategy", "break_even_effect", "assumed_effect", "evidence", "chosen"]
    rows = drawable(strategies, columns, measures=["assumed_effect", "break_even_effect"])
    if rows is None:
        return None
    finite = rows["break_even_effect"].astype(float).map(math.isfinite)
    rows = rows[rows["chosen"].astype(bool) & finite]
    if rows.empty:
        return None
    room = rows["assumed_effect"].astype(float) - rows["break_even_effect"].astype(float)
    rows = rows.assign(room=room).sort_values("room", ascending=False).head(_MOST_ROWS)
    drawn = [_effect_row(row) for _i, row in rows.iterrows()]
    figure, space = interval_rows(drawn, kind="percent", from_zero=False)
    items = [
        *(
            KeyItem(item.sign, item.colour, _("expected effect, {evidence}", evidence=item.text))
            for item in evidence_key(rows["evidence"].tolist())
        ),
        KeyItem("┃", SERIES[1], _("break-even")),
    ]
    space["above"] = key(figure, items, left=space["left"]) + 4
    alt = _(
        "Dots and ticks for {n} actions: {paying} of them are expected to act more often than they need to.",
        n=len(rows),
        paying=int((rows["room"] > 0).sum()),
    )
    effects = zip(rows["assumed_effect"], rows["break_even_effect"], strict=True)
    shares = [[percent(expected), percent(needed)] for expected, needed in effects]
    table = _strategy_table(rows, [_("Expected effect"), _("Break-even")], shares)
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)


def _effect_row(row: pd.Series) -> IntervalRow:
    expected, needed = percent(row["assumed_effect"]), percent(row["break_even_effect"])
    return IntervalRow(
        name=_row_name(row),
        text=_("expected {expected}, pays from {needed}", expected=expected, needed=needed),
        mid=float(row["assumed_effect"]),
        tick=float(row["break_even_effect"]),
        symbol=EVIDENCE_SYMBOLS.get(str(row["evidence"]), "square-open"),
    )

"""Waterfalls: totals with the steps between them, and the ladder of profit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from crm_analysis.formats import money
from crm_analysis.labels import rung_label
from crm_analysis.messages import _
from crm_analysis.plots.bars import Bar, horizontal_bars
from crm_analysis.plots.frames import drawable
from crm_analysis.plots.marks import KeyItem, key
from crm_analysis.plots.theme import REFERENCE, SERIES, figure_table, styled

__all__ = ["profit_ladder", "waterfall"]

_RISE, _FALL = SERIES[0], SERIES[1]
_TOTALS = ("full_price", "revenue", "gross_profit", "profit")


def waterfall(
    parts: Sequence[tuple[str, float]], totals: Collection[str], label: Callable[[str], str], currency: str
) -> tuple[go.Figure, dict[str, Any]]:
    """Bars of totals, and between them the steps that lead from one to the next.

    Parameters
    ----------
    parts
        Code and amount, from top to bottom; steps are signed.
    totals
        Codes of the totals.
    label
        Name of a code.

    Returns
    -------
    figure, space
        As of :func:`horizontal_bars`.
    """
    bars, level = [], 0.0
    for part, amount in parts:
        if part in totals:
            bars.append(Bar(label(part), amount, money(amount, currency), REFERENCE))
            level = amount
            continue
        colour = _RISE if amount >= 0 else _FALL
        bars.append(Bar(label(part), amount, money(amount, currency, signed=True), colour, start=level))
        level += amount
    figure, space = horizontal_bars(bars, connected=True)
    space["above"] = key(figure, [KeyItem("■", _RISE, _("more")), KeyItem("■", _FALL, _("less"))], left=space["left"])
    return figure, space


def profit_ladder(
    rungs: pd.DataFrame, *, currency: str, title: str, subtitle: str, caption: str | None = None
) -> go.Figure | None:
    """Waterfall from sales at full price to profit; rungs of which nothing is known are not drawn.

    Parameters
    ----------
    rungs
        Of ``ProfitLadder.rungs``: rung, amount, basis.
    """
    rows = drawable(rungs, ["rung", "amount", "basis"], measures=["amount"], at_least=3)
    if rows is None:
        return None
    shown = rows[(rows["basis"] != "left_out") & ((rows["amount"] != 0) | rows["rung"].isin(_TOTALS))]
    parts = [(str(rung), float(amount)) for rung, amount in zip(shown["rung"], shown["amount"], strict=True)]
    figure, space = waterfall(parts, _TOTALS, rung_label, currency)
    alt = _(
        "Waterfall from sales at full price of {first} to a profit of {last}.",
        first=money(parts[0][1], currency),
        last=money(parts[-1][1], currency),
    )
    body = [[rung_label(rung), money(amount, currency, "table")] for rung, amount in parts]
    table = figure_table([_("Part"), _("Amount")], body)
    return styled(figure, title=title, subtitle=subtitle, caption=caption, alt=alt, table=table, **space)

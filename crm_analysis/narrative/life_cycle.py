"""Stages of a customer's life, loyalty and the yearly loss by definition, in words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.features import STAGES
from crm_analysis.intervals import margin_of_difference
from crm_analysis.messages import _
from crm_analysis.thresholds import KEPT_PURCHASES, PERCENT_CUSTOMERS

__all__ = [
    "life_sentence",
    "loss_rows",
    "loss_sentence",
    "loss_title",
    "loyalty_rows",
    "loyalty_sentence",
    "no_loyalty",
    "no_losses",
    "stage_label",
    "stage_move_rows",
    "stage_move_title",
    "stage_rows",
]


def stage_label(code: str) -> str:
    """Name of a stage of life."""
    names = {
        "won": _("Won"),
        "developing": _("Developing"),
        "kept": _("Kept"),
        "slowing": _("Slowing down"),
        "won_back": _("Won back"),
        "left": _("Left"),
        "none": _("No customer yet"),
    }
    return names.get(code, code)


def _meaning(code: str) -> str:
    names = {
        "won": _("one purchase so far (acquisition)"),
        "developing": _("fewer than {n} purchases (development)", n=f.number(KEPT_PURCHASES, 0)),
        "kept": _("{n} purchases or more (retention)", n=f.number(KEPT_PURCHASES, 0)),
        "slowing": _("silent for twice the own usual gap (retention)"),
        "won_back": _("came back after a stretch that counts as left (retention)"),
        "left": _("no purchase for the days that tell leaving (reactivation)"),
    }
    return names[code]


def life_sentence(now: pd.DataFrame, moves: pd.DataFrame, days: int) -> str:
    """How many are in which stage, and how many fell out of the stages that count as kept."""
    counts = now["stage"].value_counts()
    kept = moves[moves["stage_from"].isin(["kept", "slowing", "won_back"])]
    values = {
        "kept": f.number(counts.get("kept", 0), 0),
        "slowing": f.number(counts.get("slowing", 0), 0),
        "left": f.number(counts.get("left", 0), 0),
        "days": f.number(days, 0),
    }
    text = _(
        "{kept} customers are kept, {slowing} of those who were are slowing down, and {left} count as having left.",
        **values,
    )
    if not kept["customers"].sum():
        return text
    gone = int(kept.loc[kept["stage_to"] == "left", "customers"].sum())
    return f"{text} " + _(
        "Of {n} who were kept {days} days ago, {gone} have left since. Speak to those who are slowing down first: they are on "
        "that way.",
        n=f.number(kept["customers"].sum(), 0),
        gone=f.number(gone, 0),
        **values,
    )


def stage_rows(now: pd.DataFrame, as_of: date, days: int) -> tuple[list[list[str]], dict[str, str]]:
    """Stages with their meaning, size, and who entered lately."""
    fresh = now[now["since"] > pd.Timestamp(as_of) - pd.Timedelta(days=days)]
    sizes, entered = now["stage"].value_counts(), fresh["stage"].value_counts()
    rows = [
        [
            stage_label(stage),
            _meaning(stage),
            f.number(sizes.get(stage, 0), 0),
            f.percent(sizes.get(stage, 0) / len(now)) if len(now) >= PERCENT_CUSTOMERS else "–",
            f.number(entered.get(stage, 0), 0),
        ]
        for stage in STAGES
    ]
    heads = {
        _("Stage of life"): "left",
        _("Meaning"): "left",
        _("Customers"): "right",
        _("Share"): "right",
        _("Entered in the last {days} days", days=f.number(days, 0)): "right",
    }
    return rows, heads


def stage_move_title(days: int) -> str:
    """What the folded matrix of stages shows."""
    return _("From stage to stage in the last {days} days", days=f.number(days, 0))


def stage_move_rows(moves: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """The matrix of stages: from the line to the column."""
    table = moves.pivot_table(index="stage_from", columns="stage_to", values="customers", fill_value=0, observed=True)
    lines = [s for s in (*STAGES, "none") if s in table.index]
    columns = [s for s in STAGES if s in table.columns]
    rows = [[stage_label(line), *(f.number(table.loc[line, c], 0) for c in columns)] for line in lines]
    return rows, {_("From"): "left"} | {stage_label(c): "right" for c in columns}


def _definition(row: Mapping[Hashable, Any]) -> str:
    values = {"active": f.number(row["active_days"], 0), "idle": f.number(row["idle_days"], 0)}
    if row["least_purchases"] != 1:
        return _("Bought at least twice, lately within {active} days; then nothing for {idle}", **values)
    return _("Bought within {active} days; then nothing for {idle}", **values)


def loss_title() -> str:
    """What the table of definitions is about."""
    return _("The yearly loss by other definitions")


def loss_sentence(losses: pd.DataFrame) -> str:
    """How far the yearly loss depends on its definition."""
    if len(losses) < 2:
        return ""
    over_a_year = losses[losses["idle_days"] >= 365]
    if len(over_a_year) < 2:
        return ""
    least, most = over_a_year["loss"].min(), over_a_year["loss"].max()
    return _(
        "How many a year loses depends on who counts as a customer: from {least} to {most} by the definitions below. Compare only "
        "numbers of one definition.",
        least=f.percent(least),
        most=f.percent(most),
    )


def loss_rows(losses: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """Definitions of loss as finished texts."""
    rows = [
        [
            _definition(r),
            f.number(r["customers"], 0),
            f.percent_interval(r["loss"], r["low"], r["high"]),
            f.percent(r["a_year"]),
        ]
        for r in losses.to_dict("records")
    ]
    heads = {
        _("Definition"): "left",
        _("Customers"): "right",
        _("Lost"): "right",
        _("At that pace in a year"): "right",
    }
    return rows, heads


def no_losses() -> str:
    """Why definitions of loss cannot be compared."""
    return _(
        "The loss cannot be compared by definition: the data is too short, or fewer than 30 customers were active."
    )


def _part(code: str) -> str:
    names = {
        "index": _("Loyalty index (0 to 100)"),
        "repeat": _("Bought on two days or more"),
        "breadth": _("Bought from three categories or more"),
        "advocacy": _("Gave nine tenths of the best score or more"),
        "share": _("Share of their spending"),
    }
    return names.get(code, code)


def _shown(row: pd.Series | None) -> str:
    if row is None:
        return "–"
    if row["part"] == "index":
        return _(
            "{value} (90 %: {low} to {high})",
            value=f.number(row["value"], 1),
            low=f.number(row["low"], 1),
            high=f.number(row["high"], 1),
        )
    return f.percent_interval(row["value"], row["low"], row["high"])


def _cell(found: pd.DataFrame, period: str, part: str) -> pd.Series | None:
    rows = found[(found["period"] == period) & (found["part"] == part)]
    return rows.iloc[0] if len(rows) else None


def loyalty_sentence(found: pd.DataFrame) -> str:
    """The index, and whether it moved beyond chance."""
    now, before = _cell(found, "after", "index"), _cell(found, "before", "index")
    if now is None:
        return ""
    value = f.number(now["value"], 1)
    if before is None:
        return _(
            "The loyalty index is {value} of 100; whether it moves can be said with two years of data.", value=value
        )
    change = float(now["value"] - before["value"])
    spread = margin_of_difference((now["low"], now["high"]), (before["low"], before["high"]))
    values = {
        "value": value,
        "before": f.number(before["value"], 1),
        "change": f.number(abs(change), 1),
        "spread": f.number(spread, 1),
    }
    if abs(change) <= spread:
        return _(
            "The loyalty index is {value} of 100, as a year before ({before}; differences under {spread} are chance).",
            **values,
        )
    if change > 0:
        return _("The loyalty index rose by {change} to {value} of 100 within a year.", **values)
    return _("The loyalty index fell by {change} to {value} of 100 within a year.", **values)


def loyalty_rows(found: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """The index and its parts in both years."""
    if found.empty:
        return [], {}
    parts = list(dict.fromkeys(found["part"]))
    rows = []
    for part in parts:
        now = _cell(found, "after", part)
        n = f.number(now["customers"], 0) if now is not None else "–"
        rows.append([_part(part), _shown(_cell(found, "before", part)), _shown(now), n])
    heads = {_("Part"): "left", _("Year before"): "right", _("Last year"): "right", _("Customers"): "right"}
    return rows, heads


def no_loyalty() -> str:
    """What the index of loyalty needs."""
    return _("The loyalty index needs 30 customers with a purchase in the last year.")

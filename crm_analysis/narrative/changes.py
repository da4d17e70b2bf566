"""What changed since the run before, in at most ten lines, the most money first."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.decisions import RunState, run_changes
from crm_analysis.labels import segment_label, strategy_label
from crm_analysis.messages import _, plural
from crm_analysis.narrative.explained import explained

__all__ = ["MOST_LINES", "changes", "is_comparable", "money_lines"]

MOST_LINES = 10
_NEEDED = frozenset({"rows_kept", "planned", "value", "as_of"})

Row = Mapping[Hashable, Any]


def is_comparable(facts: dict[str, Any]) -> bool:
    """Whether a run recorded what a later one is compared with."""
    return set(facts) >= _NEEDED


def changes(now: RunState, before: RunState | None, currency: str) -> list[str]:
    """What moved since the run before, why, and which decision changed; at most ten lines."""
    if before is None:
        return [_("This is the first run: there is nothing to compare with yet.")]
    first, lines = _first_line(now.facts, before.facts), []
    found = run_changes(now, before)
    same_value = now.facts["value"]["value"] == before.facts["value"]["value"]
    if now.facts["planned"] == before.facts["planned"] and same_value and found.empty:
        return [first, _("The plan and the value of the customers are the same, too.")]
    lines.append(
        _(
            "Customer value over 12 months: {now}, {before} before.",
            now=explained("value", f.money(now.facts["value"]["value"], currency)),
            before=explained("value", f.money(before.facts["value"]["value"], currency)),
        )
    )
    lines.append(
        _(
            "Customers with a planned contact: {now}, {before} before.",
            now=explained("planned", f.number(now.facts["planned"], 0)),
            before=explained("planned", f.number(before.facts["planned"], 0)),
        )
    )
    return [first, *lines, *_forecast_line(now.facts, before.facts), *money_lines(found, currency)][:MOST_LINES]


def _first_line(now: dict[str, Any], before: dict[str, Any]) -> str:
    if before.get("as_of") == now.get("as_of") and before.get("rows_kept") == now.get("rows_kept"):
        return _("The data is the same as in the run before.")
    return _(
        "{rows} order lines, {before} before; data up to {date}.",
        rows=explained("rows_kept", f.number(now["rows_kept"], 0)),
        before=explained("rows_kept", f.number(before["rows_kept"], 0)),
        date=explained("as_of", f.date(now["as_of"])),
    )


def _forecast_line(now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """Another forecast is a cause that cannot be taken apart from the others."""
    if not before.get("forecast") or now.get("forecast") == before.get("forecast"):
        return []
    return [
        _(
            "Another forecast of purchases was closest this time ({now} instead of {before}): part of every change of value "
            "comes from it.",
            now=str(now.get("forecast")),
            before=str(before["forecast"]),
        )
    ]


def money_lines(found: pd.DataFrame, currency: str) -> list[str]:
    """One line per part of the change, the most money first.

    Parameters
    ----------
    found
        Of :func:`crm_analysis.decisions.run_changes`.
    """
    return [_line(row, currency) for row in found.to_dict("records")]


def _line(row: Row, currency: str) -> str:
    amount = explained("change", f.money(row["amount"], currency, signed=True))
    n = int(row["customers"])
    if row["kind"] == "moved":
        return _moved(row, amount, n)
    if row["kind"] == "decision":
        return _decision(row, amount, n)
    if row["kind"] == "margin":
        return _("{amount} of customer value, because the margin changed.", amount=amount)
    if row["kind"] == "arrived":
        return plural(
            "{amount} of customer value from {n} customer who was not known before.",
            "{amount} of customer value from {n} customers who were not known before.",
            n,
            amount=amount,
        )
    if row["kind"] == "departed":
        return plural(
            "{amount} of customer value: {n} customer is gone, merged with another or removed.",
            "{amount} of customer value: {n} customers are gone, merged with others or removed.",
            n,
            amount=amount,
        )
    return plural(
        "{amount} of customer value from {n} customer who stayed in the same segment: time went by, and what they bought "
        "since.",
        "{amount} of customer value from {n} customers who stayed in the same segment: time went by, and what they bought "
        "since.",
        n,
        amount=amount,
    )


def _moved(row: Row, amount: str, n: int) -> str:
    slots = {
        "amount": amount,
        "source": segment_label(str(row["segment_from"])),
        "target": segment_label(str(row["segment_to"])),
        "strategy": strategy_label(str(row["strategy_to"])),
        "then": strategy_label(str(row["strategy_from"])),
    }
    if row["strategy_from"] == row["strategy_to"]:
        return plural(
            "{amount} of customer value: {n} customer went from '{source}' to '{target}'; what is done about them is the "
            "same.",
            "{amount} of customer value: {n} customers went from '{source}' to '{target}'; what is done about them is the "
            "same.",
            n,
            **slots,
        )
    return plural(
        "{amount} of customer value: {n} customer went from '{source}' to '{target}', so the strategy is now '{strategy}', "
        "not '{then}'.",
        "{amount} of customer value: {n} customers went from '{source}' to '{target}', so the strategy is now '{strategy}', "
        "not '{then}'.",
        n,
        **slots,
    )


def _decision(row: Row, amount: str, n: int) -> str:
    return plural(
        "{amount} of expected profit, if the assumptions hold: '{segment}' ({n} customer) gets '{strategy}' instead of "
        "'{then}'.",
        "{amount} of expected profit, if the assumptions hold: '{segment}' ({n} customers) gets '{strategy}' instead of "
        "'{then}'.",
        n,
        amount=amount,
        segment=segment_label(str(row["segment_to"])),
        strategy=strategy_label(str(row["strategy_to"])),
        then=strategy_label(str(row["strategy_from"])),
    )

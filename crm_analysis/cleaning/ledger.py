"""The ledger: what each rule did to how many rows and how much money. It adds up to the input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.warehouse import collect

__all__ = ["Rule", "ledger_of"]

COLUMNS = ["table", "rule", "action", "rows", "matched", "amount", "order"]


@dataclass(frozen=True)
class Rule:
    """One cleaning rule.

    Parameters
    ----------
    name
        Stable code, for example ``no_customer``.
    action
        ``quarantined``, ``repaired``, ``netted`` or ``flagged``; only the first takes a row out.
    condition
        From a table to a boolean column.
    reason
        One sentence, translated when called.
    """

    name: str
    action: str
    condition: Callable[[ir.Table], ir.BooleanValue]
    reason: Callable[[], str]


def ledger_of(marked: ir.Table, table: str, rules: list[Rule], amount: str | None) -> pd.DataFrame:
    """Count what the rules did.

    Parameters
    ----------
    marked
        Every input row, with a boolean column ``is_<rule>`` for each rule and text ``rule``: the rule
        that quarantined the row, NULL for a kept one.
    table
        Name of the table.
    rules
        In the order in which they are tried.
    amount
        Column of money to add up, None where the table has none.

    Returns
    -------
    pandas.DataFrame
        One row per rule and one for what is kept: table, rule, action, rows, matched, amount, order.
        ``rows`` are those that the rule decided on (a quarantined row counts at one rule only);
        ``matched`` are all that fit its condition. Quarantined and kept rows add up to the input.
    """
    money = marked[amount].fill_null(0.0) if amount else ibis.literal(0.0)
    measures: dict[str, ir.Value] = {
        "rows_kept": marked["rule"].isnull().sum(),
        "amount_kept": ibis.ifelse(marked["rule"].isnull(), money, 0.0).sum(),
    }
    for rule in rules:
        hit = marked[f"is_{rule.name}"]
        decided = (
            marked["rule"].fill_null("") == rule.name if rule.action == "quarantined" else hit & marked["rule"].isnull()
        )
        measures[f"rows_{rule.name}"] = decided.sum()
        measures[f"matched_{rule.name}"] = hit.sum()
        measures[f"amount_{rule.name}"] = ibis.ifelse(decided, money, 0.0).sum()
    counts = collect(marked.aggregate(**measures)).fillna(0).iloc[0]
    lines = [
        (
            table,
            rule.name,
            rule.action,
            counts[f"rows_{rule.name}"],
            counts[f"matched_{rule.name}"],
            counts[f"amount_{rule.name}"],
            number,
        )
        for number, rule in enumerate(rules, start=1)
    ]
    lines.append((table, "kept", "kept", counts["rows_kept"], counts["rows_kept"], counts["amount_kept"], 0))
    frame = pd.DataFrame(lines, columns=COLUMNS)
    return frame.astype({"rows": "int64", "matched": "int64", "amount": "float64", "order": "int64"})

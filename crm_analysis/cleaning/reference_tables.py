"""Rules for every table but order lines: a row without its key or with a key seen before is quarantined."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from crm_analysis.cleaning.ledger import Rule
from crm_analysis.contract import TableSpec
from crm_analysis.messages import _

__all__ = ["mark_rows", "reference_rules"]


def _no_key(spec: TableSpec, table: ir.Table) -> ir.BooleanValue:
    return ibis.or_(*[table[name].isnull() for name in (spec.key or spec.required)])


def reference_rules(spec: TableSpec) -> list[Rule]:
    """The rules of a table, in the order in which they are tried."""
    return [
        Rule(
            "no_key",
            "quarantined",
            lambda t: _no_key(spec, t),
            lambda: _("A column that identifies the row is empty or unreadable."),
        ),
        Rule(
            "duplicate_key", "quarantined", lambda t: t["copy_of_key"] > 1, lambda: _("Another row has the same key.")
        ),
        Rule(
            "unreadable_value",
            "repaired",
            lambda t: t["parse_problem"].notnull(),
            lambda: _("A value could not be read and was left empty."),
        ),
    ]


def mark_rows(staged: ir.Table, spec: TableSpec) -> tuple[ir.Table, list[Rule]]:
    """Try every rule on every row.

    Parameters
    ----------
    staged
        Contract columns plus source_file and parse_problem.
    spec
        Of the table.

    Returns
    -------
    tuple
        The rows with ``is_<rule>`` columns and ``rule``, and the rules.
    """
    rules = reference_rules(spec)
    names = [column.name for column in spec.columns]
    if spec.key:
        others = [staged[name] for name in [*names, "source_file"] if name not in spec.key]
        copies = ibis.window(group_by=list(spec.key), order_by=others)
        rows = staged.mutate(copy_of_key=ibis.row_number().over(copies) + 1)
    else:
        rows = staged.mutate(copy_of_key=ibis.literal(1))
    rows = rows.mutate(**{f"is_{rule.name}": rule.condition(rows).fill_null(False) for rule in rules})
    takers = [rule for rule in rules if rule.action == "quarantined"]
    first = ibis.cases(*[(rows[f"is_{rule.name}"], rule.name) for rule in takers], else_=ibis.null("string"))
    return rows.mutate(rule=first), rules

"""Rules for every table but order lines: a row without its key or with a key seen before is quarantined."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from crm_analysis.cleaning.ledger import Rule
from crm_analysis.cleaning.overlaps import with_copies, with_newest
from crm_analysis.contract import TableSpec
from crm_analysis.messages import _

__all__ = ["mark_rows", "reference_rules"]


def _no_key(spec: TableSpec, table: ir.Table) -> ir.BooleanValue:
    return ibis.or_(*[table[name].isnull() for name in (spec.key or spec.required)])


def _overlaps() -> list[Rule]:
    return [
        Rule(
            "outdated",
            "quarantined",
            lambda t: t["is_outdated"],
            lambda: _("A newer file holds another row with the same key: that one counts."),
        ),
        Rule(
            "in_two_files",
            "quarantined",
            lambda t: t["copy_in_files"] > 1,
            lambda: _("The same row stands in an earlier file: the extracts overlap."),
        ),
    ]


def reference_rules(spec: TableSpec, *, several_files: bool = False) -> list[Rule]:
    """The rules of a table, in the order in which they are tried."""
    return [
        Rule(
            "no_key",
            "quarantined",
            lambda t: _no_key(spec, t),
            lambda: _("A column that identifies the row is empty or unreadable."),
        ),
        *(_overlaps() if several_files else []),
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


def mark_rows(staged: ir.Table, spec: TableSpec, *, several_files: bool = False) -> tuple[ir.Table, list[Rule]]:
    """Try every rule on every row.

    Parameters
    ----------
    staged
        Contract columns plus source_file and parse_problem.
    spec
        Of the table.
    several_files
        Whether the rows come from several files, told apart by ``file_order``: each row counts once, and of a key
        the row of the newest file.

    Returns
    -------
    tuple
        The rows with ``is_<rule>`` columns and ``rule``, and the rules.
    """
    rules = reference_rules(spec, several_files=several_files)
    names = [column.name for column in spec.columns]
    if several_files:
        rows = with_newest(staged, spec) if spec.key else with_copies(staged, spec).mutate(copy_of_key=1)
    elif spec.key:
        others = [staged[name] for name in [*names, "source_file"] if name not in spec.key]
        copies = ibis.window(group_by=list(spec.key), order_by=others)
        rows = staged.mutate(copy_of_key=ibis.row_number().over(copies) + 1)
    else:
        rows = staged.mutate(copy_of_key=ibis.literal(1))
    rows = rows.mutate(**{f"is_{rule.name}": rule.condition(rows).fill_null(False) for rule in rules})
    takers = [rule for rule in rules if rule.action == "quarantined"]
    first = ibis.cases(*[(rows[f"is_{rule.name}"], rule.name) for rule in takers], else_=ibis.null("string"))
    return rows.mutate(rule=first), rules

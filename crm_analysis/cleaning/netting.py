"""Cancellations are netted against the sale they undo, like brackets are matched."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from crm_analysis.messages import _

__all__ = ["mark_netted", "netting_reason"]

_KEY = ["_who", "_what", "_size", "_pieces"]
"""What a sale and its reversal have in common."""


def mark_netted(lines: ir.Table) -> ir.Table:
    """Add a boolean ``netted``: the line is a sale that was undone, or the reversal that undid it.

    A reversal undoes the latest sale before it by the same customer with the same product, quantity and
    amount that is not undone yet. Read in time order, sales open a bracket and reversals close one; a
    sale and a reversal belong together where they are neighbours at the same depth.

    Parameters
    ----------
    lines
        Kept order lines; one row each.

    Returns
    -------
    ibis.expr.types.Table
        The same rows with ``netted``.
    """
    step = ibis.cases((lines["amount"] > 0, 1), (lines["amount"] < 0, -1), else_=0)
    keyed = lines.mutate(
        _step=step.cast("int64"),
        _who=lines["customer_id"].fill_null(""),
        _what=lines["product_id"].fill_null(""),
        _size=lines["amount"].abs().round(2),
        _pieces=lines["quantity"].abs().fill_null(0.0),
    )
    # Few lines have a reversal of their own kind: only these are put in order.
    undone = keyed.filter(keyed["_step"] < 0).select(_KEY).distinct()
    rest = keyed.anti_join(undone, _KEY).mutate(netted=ibis.literal(False))
    marked = _paired(keyed.semi_join(undone, _KEY))
    columns = [*lines.columns, "netted"]
    return ibis.union(rest.select(columns), marked.select(columns))


def _paired(keyed: ir.Table) -> ir.Table:
    """Sales and reversals that belong together, read in time order."""
    # At the same second a sale comes before its reversal.
    order = [keyed["ordered_at"], keyed["_step"].desc(), keyed["order_id"]]
    running = ibis.window(group_by=_KEY, order_by=order, preceding=None, following=0)
    depth = keyed.mutate(_sum=keyed["_step"].sum().over(running))
    order = [depth["ordered_at"], depth["_step"].desc(), depth["order_id"]]
    running = ibis.window(group_by=_KEY, order_by=order, preceding=None, following=0)
    floor = ibis.least(depth["_sum"].min().over(running), ibis.literal(0, type="int64"))
    # The level of a line: of a sale after it opened, of a reversal before it closed.
    level = depth.mutate(_level=depth["_sum"] - floor + ibis.ifelse(depth["_step"] < 0, 1, 0))
    order = [level["ordered_at"], level["_step"].desc(), level["order_id"]]
    pairs = ibis.window(group_by=[*_KEY, "_level"], order_by=order)
    before = level["_step"].lag().over(pairs)
    after = level["_step"].lead().over(pairs)
    netted = ((level["_step"] == 1) & (after == -1)) | ((level["_step"] == -1) & (before == 1))
    return level.mutate(netted=netted.fill_null(False))


def netting_reason() -> str:
    """Why lines are netted, in words."""
    return _("The sale and the cancellation that undid it: together they are no purchase.")

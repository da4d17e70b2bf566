"""Sums of money that do not depend on the order in which an engine adds them."""

from __future__ import annotations

import ibis.expr.types as ir

__all__ = ["total"]

_DIGITS = 6


def total(amounts: ir.NumericValue) -> ir.FloatingScalar:
    """The sum of amounts, rounded to a millionth of the currency.

    Engines add in parallel, so the last bits of a sum differ from run to run. Unrounded, they would move a
    customer over a threshold now and then, and two reports of the same data would differ.
    """
    return amounts.sum().round(_DIGITS)

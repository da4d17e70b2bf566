"""The rules for order lines, in the order in which they are tried. Nothing is deleted."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from crm_analysis.cleaning.ledger import Rule
from crm_analysis.cleaning.outliers import outlier_rules
from crm_analysis.config import CleaningSettings
from crm_analysis.messages import _

__all__ = ["RULES_VERSION", "order_line_rules"]

RULES_VERSION = 7
"""Raised whenever the same source would be cleaned differently: warehouses are then built again."""

EARLIEST = "1980-01-01"
_REQUIRED = ("customer_id", "ordered_at", "amount", "quantity", "unit_price")


def _unreadable(table: ir.Table) -> ir.BooleanValue:
    problem = table["parse_problem"].fill_null("")
    return ibis.or_(*[problem.startswith(f"{name}:") for name in _REQUIRED])


def _starts(table: ir.Table, prefix: str | None) -> ir.BooleanValue:
    return table["order_id"].fill_null("").startswith(prefix) if prefix else ibis.literal(False)


def _not_a_sale(settings: CleaningSettings, table: ir.Table) -> ir.BooleanValue:
    if settings.sale_status is None:
        return ibis.literal(False)
    wanted = [state.strip().lower() for state in settings.sale_status]
    status = table["status"].strip().lower()
    return status.notnull() & status.notin(wanted)


def _no_customer(settings: CleaningSettings, table: ir.Table) -> ir.BooleanValue:
    missing = table["customer_id"].isnull()
    return (
        missing | table["customer_id"].isin(list(settings.unknown_customers)) if settings.unknown_customers else missing
    )


def _broken_lines(today: str) -> list[Rule]:
    """Lines that say too little to be used."""
    return [
        Rule(
            "not_a_line",
            "quarantined",
            lambda t: t["parse_problem"].fill_null("").startswith("row:"),
            lambda: _("The row is no order line: a total, or more fields than the header has columns."),
        ),
        Rule("unreadable", "quarantined", _unreadable, lambda: _("A date, number or id could not be read.")),
        Rule("no_date", "quarantined", lambda t: t["ordered_at"].isnull(), lambda: _("The order has no date.")),
        Rule(
            "impossible_date",
            "quarantined",
            lambda t: (t["ordered_at"] < ibis.timestamp(EARLIEST)) | (t["ordered_at"].date() > ibis.date(today)),
            lambda: _("The date lies before 1980 or in the future."),
        ),
        Rule(
            "no_amount",
            "quarantined",
            lambda t: t["amount"].isnull(),
            lambda: _("There is neither an amount nor quantity and price."),
        ),
    ]


def _copies(drop: bool) -> list[Rule]:
    """Lines that stand somewhere else too."""
    return [
        Rule(
            "outdated",
            "quarantined",
            lambda t: t["is_outdated"],
            lambda: _(
                "A newer file holds the same order with other lines, on another day or for another customer: its lines "
                "count."
            ),
        ),
        Rule(
            "in_two_files",
            "quarantined",
            lambda t: t["copy_in_files"] > 1,
            lambda: _("The same line stands in an earlier file: the extracts overlap."),
        ),
        Rule(
            "exact_duplicate",
            "quarantined" if drop else "flagged",
            lambda t: t["copy_in_file"] > 1,
            lambda: _("The line repeats another one of the same file in every column."),
        ),
    ]


def _no_sales(settings: CleaningSettings) -> list[Rule]:
    """Lines that are no sale to a known customer."""
    return [
        Rule(
            "adjustment",
            "quarantined",
            lambda t: _starts(t, settings.adjustment_order_prefix),
            lambda: _("Bookkeeping, not an order, by its order number."),
        ),
        Rule(
            "not_a_sale",
            "quarantined",
            lambda t: _not_a_sale(settings, t),
            lambda: _("The order's state does not count as a sale."),
        ),
        Rule(
            "negative_price",
            "quarantined",
            lambda t: (t["quantity"] > 0) & (t["amount"] < 0),
            lambda: _("A positive quantity with a negative amount."),
        ),
        Rule(
            "no_customer",
            "quarantined",
            lambda t: _no_customer(settings, t),
            lambda: _("The customer is not known: the sale counts in the books, not in customer analysis."),
        ),
    ]


def _flags(settings: CleaningSettings) -> list[Rule]:
    """Lines that are kept, but count in another way."""
    return [
        Rule(
            "cancelled_order",
            "flagged",
            lambda t: _starts(t, settings.cancelled_order_prefix),
            lambda: _("A cancellation by its order number: it reduces revenue and is no purchase."),
        ),
        Rule(
            "return",
            "flagged",
            lambda t: (t["amount"] < 0) | (t["quantity"] < 0),
            lambda: _("A return or cancellation: it reduces revenue and is no purchase."),
        ),
        Rule(
            "free_line",
            "flagged",
            lambda t: t["amount"] == 0,
            lambda: _("A line of zero: kept. It is a purchase only where lines are whole orders, without products."),
        ),
        Rule(
            "number_twice",
            "flagged",
            lambda t: t["is_number_twice"],
            lambda: _(
                "Another file holds the same order number on another day or for another customer, and both count. "
                'Where it is one order that was corrected, say so: order_numbers = "unique" under [cleaning].'
            ),
        ),
        Rule(
            "not_a_product",
            "flagged",
            lambda t: t["product_id"].fill_null("").isin(list(settings.not_products)),
            lambda: _("Postage, fees and the like: counted as revenue, left out of product analysis."),
        ),
    ]


def order_line_rules(settings: CleaningSettings, *, lines_have_identity: bool, today: str) -> list[Rule]:
    """The rules that apply to order lines under the settings.

    Parameters
    ----------
    settings
        ``[cleaning]``.
    lines_have_identity
        Whether both order and product are known, so that an equal line is a copy and not a second piece.
    today
        ISO date; orders after it are impossible.
    """
    drop_copies = settings.duplicates == "quarantine" or (settings.duplicates == "auto" and lines_have_identity)
    return [
        *_broken_lines(today),
        *_copies(drop_copies),
        *_no_sales(settings),
        *_flags(settings),
        *outlier_rules(settings),
    ]

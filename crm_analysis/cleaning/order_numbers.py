"""Orders that a newer file moves to another day or another customer.

An order number that stands in two files with another customer, or on no common day, is either the same order,
corrected, or a number given twice: by two shops, in two years, or to every delivery of a subscription. Which of the
two it is, the other numbers that both files hold tell.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from crm_analysis.config import CleaningSettings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.warehouse import collect

__all__ = ["numbers_name_one_order", "with_moved", "with_number_twice"]

_AGREEING = 4
"""So many numbers must agree for each that does not, for a number to name one order."""
_OF_ALL = 100
"""Or one number in so many may disagree."""


def _sales(rows: ir.Table) -> ir.Table:
    return rows.filter(rows["has_order_number"] & (rows["amount"] > 0) & rows["ordered_at"].notnull())


def _at_odds(rows: ir.Table) -> ir.Table:
    """Order numbers with sales in several files.

    ``order_id``, whether two files ``agree`` on a customer and day, and whether a file states another one
    (``apart``). On a number that one file gives to several customers, files do not agree.
    """
    sales = _sales(rows)
    files = sales.group_by("order_id").aggregate(_from=sales["file_order"].min(), _to=sales["file_order"].max())
    several = files.filter(files["_from"] < files["_to"])
    sales = sales.inner_join(several, "order_id")
    by = {"_who": sales["customer_id"].fill_null(""), "_day": sales["ordered_at"].date()}
    stated = sales.group_by("order_id", "_from", "_to", **by)
    stated = stated.aggregate(_first=sales["file_order"].min(), _last=sales["file_order"].max())
    inside = sales.group_by("order_id", "file_order").aggregate(
        _one=sales["customer_id"].fill_null("").min(), _other=sales["customer_id"].fill_null("").max()
    )
    mixed = inside.group_by(_mixed="order_id").aggregate(mixed=(inside["_one"] != inside["_other"]).max())
    stated = stated.inner_join(mixed, stated["order_id"] == mixed["_mixed"])
    return stated.group_by("order_id").aggregate(
        agree=((stated["_first"] < stated["_last"]) & ~stated["mixed"]).max(),
        apart=((stated["_first"] > stated["_from"]) | (stated["_last"] < stated["_to"])).max(),
    )


def numbers_name_one_order(rows: ir.Table, settings: CleaningSettings) -> tuple[bool, bool]:
    """Whether files disagree on a number, and then whether it is one order that was corrected.

    Returns ``(one_order, apart)``; both False where nothing is to be decided.

    Parameters
    ----------
    rows
        Order lines of several files, with ``file_order`` and ``has_order_number``.
    settings
        ``[cleaning]``: ``order_numbers``. With "auto", numbers name one order where at most one in five of those
        that several files hold, or one in a hundred of all, stands with another customer or on another day.
    """
    odds = _at_odds(rows)
    counts = {
        "agree": odds["agree"].cast("int64").sum(),
        "apart": odds["apart"].cast("int64").sum(),
        "only_apart": (~odds["agree"]).cast("int64").sum(),
    }
    found = collect(odds.aggregate(**counts)).fillna(0).iloc[0]
    if not found["apart"] or settings.order_numbers == "restart":
        return False, False
    if settings.order_numbers == "unique":
        return True, True
    apart = int(found["only_apart"])
    if apart * _AGREEING <= found["agree"]:
        return True, True
    numbered = rows.filter(rows["has_order_number"])
    orders = int(collect(numbered.aggregate(orders=numbered["order_id"].nunique()))["orders"].iloc[0])
    return apart * _OF_ALL <= orders, True


def with_moved(rows: ir.Table) -> ir.Table:
    """Add ``is_moved``: a newer file has the same line on another day, or the order with another customer.

    Of the same product a newer file must hold a line of the same sign; where it also holds its return, the older
    line is a sale that was exchanged, and stays. A number that one file gives to several customers moves nothing.

    Parameters
    ----------
    rows
        Order lines with ``file_order`` and ``has_order_number``, of numbers that name one order.
    """
    content = [column.name for column in SOURCE_TABLES["order_lines"].columns]
    is_sale = (rows["amount"] > 0).fill_null(False)
    rows = rows.mutate(
        _is_sale=is_sale,
        _sold_in=ibis.ifelse(is_sale, rows["file_order"], -1),
        _returned_in=ibis.ifelse(rows["amount"] < 0, rows["file_order"], -1),
        _who_ordered=rows["customer_id"].fill_null(""),
    )
    numbered = ibis.window(group_by=[*content, "file_order"], order_by=rows["source_file"])
    rows = rows.mutate(_number=ibis.row_number().over(numbered))
    in_file = ibis.window(group_by=["order_id", "file_order"])
    rows = rows.mutate(_mixed=rows["_who_ordered"].min().over(in_file) != rows["_who_ordered"].max().over(in_file))

    def newest(column: str, *of: str) -> ir.Value:
        return rows[column].max().over(ibis.window(group_by=list(of)))

    said = newest("file_order", "order_id", "product_id", "_is_sale")
    said_anew = (rows["file_order"] < said) & (newest("file_order", *content, "_number") < said)
    exchanged = newest("_returned_in", "order_id", "product_id") >= said
    sold = newest("_sold_in", "order_id")
    other_customer = (rows["file_order"] < sold) & (newest("_sold_in", "order_id", "_who_ordered") < sold)
    moved = ibis.ifelse(rows["_is_sale"], (said_anew & ~exchanged) | other_customer, said_anew & other_customer)
    mixed = rows["_mixed"].max().over(ibis.window(group_by="order_id"))
    marked = rows.mutate(is_moved=(rows["has_order_number"] & moved & ~mixed).fill_null(False))
    return marked.drop("_mixed", "_is_sale", "_sold_in", "_returned_in", "_who_ordered", "_number")


def with_number_twice(rows: ir.Table) -> ir.Table:
    """Add ``is_number_twice``: another file has the number with another customer, or on no common day."""
    odds = _at_odds(rows)
    apart = odds.filter(~odds["agree"]).select(_apart="order_id")
    joined = rows.left_join(apart, rows["order_id"] == apart["_apart"])
    return joined.mutate(is_number_twice=joined["_apart"].notnull()).drop("_apart")

"""What products are called and which category they are in."""

from __future__ import annotations

import ibis.expr.types as ir

from crm_analysis.warehouse import collect

__all__ = ["categories_of", "names_of"]


def categories_of(products: ir.Table | None) -> dict[str, str]:
    """product_id to category, of the products that have one."""
    return _column_of(products, "category")


def names_of(products: ir.Table | None) -> dict[str, str]:
    """product_id to name, of the products that have one."""
    return _column_of(products, "name")


def _column_of(products: ir.Table | None, column: str) -> dict[str, str]:
    if products is None or column not in products.columns:
        return {}
    frame = collect(products.filter(products[column].notnull()).select("product_id", column))
    return dict(zip(frame["product_id"].astype("str"), frame[column].astype("str"), strict=True))

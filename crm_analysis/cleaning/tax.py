"""The tax that amounts contain: as given, else by the rate and what is tax-free."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from crm_analysis.config import CleaningSettings

__all__ = ["with_tax"]


def with_tax(lines: ir.Table, settings: CleaningSettings) -> ir.Table:
    """Set ``tax`` to what each amount contains, so that ``amount - tax`` is net.

    Parameters
    ----------
    lines
        With their final amounts.
    settings
        ``prices_include_tax``, ``tax_rate`` and ``tax_free`` of ``[cleaning]``.

    Returns
    -------
    ibis.expr.types.Table
        The same rows. Where prices do not include tax, ``tax`` is NULL and what the source gave is kept as
        ``_tax_on_top`` for the agreement with the books.
    """
    given = ibis.ifelse(lines["amount"] < 0, -lines["tax"].abs(), lines["tax"].abs())
    if not settings.prices_include_tax:
        return lines.mutate(_tax_on_top=given, tax=ibis.null("float64"))
    if not settings.tax_rate:
        return lines.mutate(tax=given)
    free = lines["tax_type"].strip().lower().isin([word.strip().lower() for word in settings.tax_free])
    by_rate = lines["amount"] - lines["amount"] / (1 + settings.tax_rate)
    return lines.mutate(tax=ibis.coalesce(given, ibis.ifelse(free.fill_null(False), 0.0, by_rate)))

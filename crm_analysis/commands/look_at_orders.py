"""What ``check`` says about order lines: size, period, what counts as a sale, sales per month."""

from __future__ import annotations

from datetime import UTC, datetime

import ibis
import ibis.expr.types as ir
import pandas as pd
from rich.console import Console
from rich.table import Table

from crm_analysis import cleaning
from crm_analysis import formats as f
from crm_analysis.config import Settings
from crm_analysis.errors import CleaningError
from crm_analysis.ingest import Source, Staged
from crm_analysis.labels import rule_label
from crm_analysis.messages import _
from crm_analysis.narrative.data import agreement_rows
from crm_analysis.warehouse import collect

__all__ = ["show_orders"]


def show_orders(console: Console, staged: Staged, source: Source, settings: Settings) -> CleaningError | None:
    """Print facts about staged order lines.

    Parameters
    ----------
    console
        Where to print.
    staged, source
        The order lines and where they come from; of a sample, sums are scaled up.
    settings
        Of the project.

    Returns
    -------
    CleaningError or None
        The question about the states of orders, where it is open: then only sums of the source are shown.
    """
    scale = 1.0 if source.share is None else 1.0 / source.share
    facts = _facts(staged.rows)
    _show_size(console, facts, staged.row_count, scale)
    _show_unread(console, staged)
    if pd.isna(facts["first"]):
        return None
    refusal = None
    try:
        cleaning.ask_for_sale_states(staged.rows, settings.cleaning, mapped="status" in source.mapping)
        months = _agreement(console, staged, source, settings)
    except CleaningError as error:
        refusal, months = error, _sums(staged.rows)
    _show_tax(console, settings)
    _show_months(console, months, settings.project.currency, scale)
    return refusal


def _facts(rows: ir.Table) -> pd.Series:
    day = rows["ordered_at"].date()
    return collect(
        rows.aggregate(
            orders=rows["order_id"].nunique(),
            customers=rows["customer_id"].nunique(),
            first=day.min(),
            last=day.max(),
        )
    ).iloc[0]


def _show_size(console: Console, facts: pd.Series, rows: int, scale: float) -> None:
    if scale > 1:
        console.print(_("Rows in the source: about {rows}.", rows=f.compact_number(rows * scale)))
    console.print(
        _(
            "{rows} rows, {orders} order numbers, {customers} customers, {period}.",
            rows=f.number(rows, 0),
            orders=f.number(facts["orders"], 0),
            customers=f.number(facts["customers"], 0),
            period=f.date_range(facts["first"], facts["last"]),
        )
    )


def _show_unread(console: Console, staged: Staged) -> None:
    """Rows that could not be read, by column."""
    unread = {code: count for code, count in staged.problems.items() if not code.startswith("row:")}
    if not unread:
        console.print(_("Everything could be read."))
    for code, count in unread.items():
        column = code.partition(":")[0]
        console.print(
            _(
                "{count} rows hold something in column '{header}' ({column}) that could not be read.",
                count=f.number(count, 0),
                header=staged.mapping[column],
                column=column,
            )
        )


def _show_tax(console: Console, settings: Settings) -> None:
    chosen = settings.cleaning
    if chosen.prices_include_tax and chosen.tax_rate:
        console.print(_("Amounts contain {rate} tax; profit is reckoned without it.", rate=f.percent(chosen.tax_rate)))
    elif settings.project.currency == "KRW" and "prices_include_tax" not in chosen.model_fields_set:
        console.print(
            _(
                "Amounts in Korea usually contain 10 % tax, and nothing is said about it: profit would be too high. "
                "In crm.toml: [cleaning] prices_include_tax = true, tax_rate = 0.1 (or prices_include_tax = false)."
            ),
            soft_wrap=True,
        )


def _agreement(console: Console, staged: Staged, source: Source, settings: Settings) -> pd.DataFrame:
    today = datetime.now(UTC).date().isoformat()
    marked = cleaning.mark_lines(staged.rows, settings.cleaning, mapped=set(source.mapping), today=today)
    if settings.cleaning.sale_status is not None:
        console.print(_("Counts as a sale: {states}.", states=", ".join(settings.cleaning.sale_status)))
    ledger = cleaning.ledger_of_lines(marked)
    out = ledger[(ledger["action"] == "quarantined") & (ledger["rows"] > 0)]
    for row in out.to_dict("records"):
        console.print(
            _(
                "{count} rows would be set aside: {rule}.",
                count=f.number(row["rows"], 0),
                rule=rule_label(str(row["rule"])),
            )
        )
    return cleaning.monthly_agreement(marked)


def _sums(rows: ir.Table) -> pd.DataFrame:
    """Sums of the source by month, where it is not known what counts as a sale."""
    monthly = rows.mutate(month=rows["ordered_at"].truncate("M").date()).group_by("month")
    amount = ibis.coalesce(rows["stated_amount"], 0.0)
    return collect(monthly.aggregate(raw_amount=amount.sum()).order_by("month"))


def _show_months(console: Console, months: pd.DataFrame, currency: str, scale: float) -> None:
    months = months.dropna(subset=["month"])
    money = [name for name in months.columns if name != "month"]
    scaled = months.assign(**{name: months[name] * scale for name in money})
    if "sales_amount" not in scaled:
        rows = [
            [f.month(row["month"]), f.money(row["raw_amount"], currency, "table")] for row in scaled.to_dict("records")
        ]
        heads = {_("Month"): "left", _("Sum in the source"): "right"}
    else:
        rows, heads = agreement_rows(scaled, currency)
    table = Table(box=None, title=_("Sales per month, about") if scale > 1 else None, title_justify="left")
    for head, side in heads.items():
        table.add_column(head, justify="right" if side == "right" else "left")
    for cells in rows:
        table.add_row(*cells)
    console.print(table)

"""Staged order lines -> kept lines, quarantine, ledger and the sums by month."""

from __future__ import annotations

import re
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from crm_analysis.cleaning.agreement import agreement_by_month
from crm_analysis.cleaning.ledger import COLUMNS, Rule, ledger_of
from crm_analysis.cleaning.netting import mark_netted
from crm_analysis.cleaning.outliers import OUTLIERS, examples_of, limits_of, mark_outliers
from crm_analysis.cleaning.overlaps import with_order_copies
from crm_analysis.cleaning.rules import order_line_rules
from crm_analysis.cleaning.tax import with_tax
from crm_analysis.config import CleaningSettings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.errors import CleaningError
from crm_analysis.messages import _
from crm_analysis.warehouse import collect

__all__ = [
    "MarkedLines",
    "ask_for_sale_states",
    "ledger_of_lines",
    "mark_lines",
    "monthly_agreement",
    "netted_line",
    "refuse_mixed_currencies",
    "with_netting",
]

_NO_SALE = "cancel|refund|return|void|fail|pending|unpaid|expired|취소|환불|반품|미입금|대기|실패"
"""States that are likely no sale: left out of the example that the question gives."""
_STATES_SHOWN = 12


@dataclass(frozen=True)
class MarkedLines:
    """Every staged line with the rule that quarantined it (``rule``, NULL when kept) and the rules tried.

    ``has_products``: a line is a product on an order, so one of zero is a gift and no purchase; without
    products a line is a whole order, and one of zero is a purchase all the same.
    """

    rows: ir.Table
    rules: list[Rule]
    has_products: bool

    @property
    def kept(self) -> ir.Table:
        """Lines that no rule took out, with what the warehouse stores; ``line_kind`` is sale, free or return."""
        rows = self.rows.filter(self.rows["rule"].isnull())
        return rows.mutate(
            line_kind=ibis.cases(
                (rows["is_return"] | rows["is_cancelled_order"], "return"),
                (rows["is_free_line"] & self.has_products, "free"),
                else_="sale",
            ),
            is_product=~rows["is_not_a_product"],
        ).select(*_stored(), "line_kind", "is_product", *_provenance(rows))

    @property
    def quarantined(self) -> ir.Table:
        """Lines that a rule took out, as read, with the rule's name."""
        rows = self.rows.filter(self.rows["rule"].notnull())
        return rows.select(*_stored(), *_provenance(rows), "parse_problem", "raw_value", "rule")


def _stored() -> list[str]:
    return [column.name for column in SOURCE_TABLES["order_lines"].columns]


def _provenance(rows: ir.Table) -> list[str]:
    return [name for name in ("source_file", "load_id") if name in rows.columns]


def _completed(staged: ir.Table, cancelled_prefix: str | None) -> ir.Table:
    """Amounts and order numbers that follow from other columns; a cancelled order counts against revenue."""
    if cancelled_prefix:
        undone = staged["order_id"].fill_null("").startswith(cancelled_prefix)
        staged = staged.mutate(
            amount=ibis.ifelse(undone, -staged["amount"].abs(), staged["amount"]),
            quantity=ibis.ifelse(undone, -staged["quantity"].abs(), staged["quantity"]),
        )
    amount = ibis.coalesce(staged["amount"], staged["quantity"] * staged["unit_price"])
    amount = ibis.ifelse((staged["quantity"] < 0) & (amount > 0), -amount, amount)
    amount = ibis.ifelse(staged["refunded"].fill_null(0.0) > 0, amount - staged["refunded"], amount)
    order = ibis.coalesce(
        staged["order_id"],
        staged["customer_id"].concat(ibis.literal("@"), staged["ordered_at"].strftime("%Y%m%d%H%M%S")),
    )
    return staged.mutate(amount=amount, order_id=order)


def mark_lines(staged: ir.Table, settings: CleaningSettings, *, mapped: set[str], today: str) -> MarkedLines:
    """Try every rule on every line.

    Parameters
    ----------
    staged
        Contract columns plus source_file, parse_problem and raw_value; ``file_order`` says which file is newer
        (absent: in the order of their names), ``load_id`` is kept where it is there.
    settings
        ``[cleaning]``.
    mapped
        Contract columns that the source really has.
    today
        ISO date.
    """
    rules = order_line_rules(settings, lines_have_identity={"order_id", "product_id"} <= mapped, today=today)
    told = staged.mutate(has_order_number=staged["order_id"].notnull())
    rows = with_order_copies(with_tax(_completed(told, settings.cancelled_order_prefix), settings), settings)
    # Whatever only flags is looked for when the rows are at rest, or every source would be read once more for it.
    early = [rule.name for rule in rules if rule.name in OUTLIERS and rule.action == "quarantined"]
    if early:
        rows = mark_outliers(rows, early, limits_of(rows))
    tried = [rule for rule in rules if rule.name not in OUTLIERS or rule.name in early]
    rows = rows.mutate(**{f"is_{rule.name}": rule.condition(rows).fill_null(False) for rule in tried})
    takers = [rule for rule in rules if rule.action == "quarantined"]
    first = ibis.cases(*[(rows[f"is_{rule.name}"], rule.name) for rule in takers], else_=ibis.null("string"))
    return MarkedLines(rows.mutate(rule=first), rules, "product_id" in mapped)


def with_netting(kept: ir.Table, ledger: pd.DataFrame, settings: CleaningSettings) -> ir.Table:
    """Kept lines with ``netted``; the windows run only where there are returns and ``[cleaning] netting`` is on."""
    returns = ledger.loc[ledger["rule"].isin(["return", "cancelled_order"]), "rows"].sum()
    return mark_netted(kept) if settings.netting and returns else kept.mutate(netted=ibis.literal(False))


def _counted(marked: MarkedLines) -> pd.DataFrame:
    """The ledger, with the limits of rules about lines that stand out, and examples of what they found."""
    names = [rule.name for rule in marked.rules if rule.name in OUTLIERS]
    limits = limits_of(marked.rows) if names else {}
    late = [name for name in names if f"is_{name}" not in marked.rows.columns]
    rows = mark_outliers(marked.rows, late, limits) if late else marked.rows
    ledger = ledger_of(rows, "order_lines", marked.rules, "amount")
    found = ledger.loc[ledger["rule"].isin(names) & (ledger["matched"] > 0), "rule"]
    examples = {name: examples_of(rows, name) for name in found}
    ledger["limit"] = [limits.get(rule, float("nan")) for rule in ledger["rule"]]
    ledger["examples"] = [examples.get(rule, "") for rule in ledger["rule"]]
    return ledger


def ledger_of_lines(marked: MarkedLines) -> pd.DataFrame:
    """The ledger of order lines.

    Raises
    ------
    CleaningError
        Nothing is left, with the rule that took most.
    """
    ledger = _counted(marked)
    kept = int(ledger.loc[ledger["rule"] == "kept", "rows"].iloc[0])
    if kept == 0:
        taken = ledger[ledger["action"] == "quarantined"].sort_values("rows", ascending=False).iloc[0]
        reason = next(rule.reason() for rule in marked.rules if rule.name == taken["rule"])
        raise CleaningError(
            _(
                "order_lines: none of {rows} rows can be used. {count} of them: {reason} "
                "Check the mapping of columns in crm.toml.",
                rows=int(ledger.loc[ledger["action"].isin(["quarantined", "kept"]), "rows"].sum()),
                count=int(taken["rows"]),
                reason=reason,
            )
        )
    return ledger


def netted_line(lines: ir.Table) -> pd.DataFrame:
    """The ledger's row about netting, from the stored lines."""
    netted = lines.filter(lines["netted"])
    counts = collect(netted.aggregate(rows=netted.count(), amount=netted["amount"].sum())).fillna(0).iloc[0]
    row = (
        "order_lines",
        "netted_cancellation",
        "netted",
        int(counts["rows"]),
        int(counts["rows"]),
        float(counts["amount"]),
        99,
    )
    return pd.DataFrame([row], columns=COLUMNS)


def monthly_agreement(marked: MarkedLines) -> pd.DataFrame:
    """Sales per month beside the sum of the source, each difference by the rule's name.

    Returns
    -------
    pandas.DataFrame
        One row per month (NaT: no date): month, raw_amount, sales_amount and one column of money for
        each rule that took lines out and each step between; raw_amount plus these columns is sales_amount.
    """
    return agreement_by_month(marked.rows)


def refuse_mixed_currencies(lines: ir.Table) -> None:
    """One currency an analysis.

    Raises
    ------
    CleaningError
        Lines carry more than one currency.
    """
    known = lines.filter(lines["currency"].notnull())
    found = collect(known.group_by("currency").aggregate(rows=known.count()).order_by("currency"))
    if len(found) > 1:
        listed = ", ".join(f"{row.currency} ({row.rows})" for row in found.itertuples())
        raise CleaningError(
            _(
                "order_lines: column 'currency' holds {found}. Amounts of different money are not added up: "
                "convert them to one, or give one file per currency.",
                found=listed,
            )
        )


def ask_for_sale_states(staged: ir.Table, settings: CleaningSettings, *, mapped: bool) -> None:
    """Refuse to guess which order states are a sale.

    Parameters
    ----------
    staged
        Order lines.
    settings
        ``[cleaning]``.
    mapped
        Whether the source has a column ``status``.

    Raises
    ------
    CleaningError
        The column holds more than one state and the settings say nothing about them, a state is in neither of
        sale_status and no_sale_status, or they speak of states and there is no column.
    """
    if settings.sale_status is not None and not mapped:
        raise CleaningError(
            _(
                "crm.toml says which states count as a sale (sale_status), but order_lines has no column 'status'. Map "
                "it under [sources.order_lines] columns, or take sale_status out."
            )
        )
    if not mapped:
        return
    found = _asked_about(staged, settings)
    if found.empty:
        return
    listed = ", ".join(
        f"{'-' if pd.isna(r['status']) else r['status']} ({r['rows']})" for r in found.to_dict("records")
    )
    if settings.sale_status is not None:
        raise CleaningError(
            _(
                "order_lines: nothing is said about these states of orders: {states}. Add each to sale_status or to "
                "no_sale_status under [cleaning] in crm.toml.",
                states=listed,
            )
        )
    states = [str(state) for state in found["status"].dropna()]
    sales = [state for state in states if not re.search(_NO_SALE, state.lower())] or states[:1]
    raise CleaningError(
        _(
            "order_lines: the orders have different states: {states}. Say which of them count as a sale, in crm.toml: "
            "[cleaning] sale_status = [{example}].",
            states=listed,
            example=", ".join(f'"{state}"' for state in sales),
        )
    )


def _asked_about(staged: ir.Table, settings: CleaningSettings) -> pd.DataFrame:
    """States with their rows that the settings say nothing about; none where there is but one state."""
    counts = staged.group_by("status").aggregate(rows=staged.count()).order_by(ibis.desc("rows"), "status")
    if settings.sale_status is None:
        found = collect(counts.limit(_STATES_SHOWN))
        return found if len(found) > 1 else found.iloc[:0]
    if settings.no_sale_status is None:
        return pd.DataFrame(columns=["status", "rows"])
    known = [state.strip().lower() for state in (*settings.sale_status, *settings.no_sale_status)]
    status = counts["status"].strip().lower()
    return collect(counts.filter(status.notnull() & status.notin(known)).limit(_STATES_SHOWN))

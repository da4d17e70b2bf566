"""Step 0 in words: can the data be trusted, and does it match the books?"""

from __future__ import annotations

from datetime import date

import pandas as pd

from crm_analysis import formats as f
from crm_analysis.cleaning import OUTLIERS
from crm_analysis.labels import action_label, difference_label, rule_label
from crm_analysis.messages import _, plural

__all__ = [
    "agreement_rows",
    "agreement_words",
    "answer",
    "facts",
    "flow_words",
    "ledger_rows",
    "load_rows",
    "loads_sentence",
    "no_outliers",
    "outlier_rows",
    "parts_label",
    "readiness_rows",
    "trust_sentence",
]


def _lines(ledger: pd.DataFrame) -> pd.DataFrame:
    return ledger[ledger["table"] == "order_lines"]


def _count(ledger: pd.DataFrame, action: str) -> int:
    lines = _lines(ledger)
    return int(lines.loc[lines["action"] == action, "rows"].sum())


def answer(ledger: pd.DataFrame, agreement: pd.DataFrame, currency: str) -> str:
    """The step's answer: how many rows are kept, and how sales compare with the source."""
    kept, out = _count(ledger, "kept"), _count(ledger, "quarantined")
    raw, sales = float(agreement["raw_amount"].sum()), float(agreement["sales_amount"].sum())
    if kept + out == 0:
        return _("There is no order line in the source.")
    if out == 0 and _agrees(agreement):
        return _(
            "All {rows} order lines can be used, and their sum, {money}, matches the source to the cent.",
            rows=f.number(kept, 0),
            money=f.money(sales, currency),
        )
    return _(
        "{kept} of {rows} order lines can be used ({share}); sales of {sales} stand against {raw} in the source, "
        "and every difference has a name below.",
        kept=f.number(kept, 0),
        rows=f.number(kept + out, 0),
        share=f.percent(kept / (kept + out), 1),
        sales=f.money(sales, currency),
        raw=f.money(raw, currency),
    )


def _agrees(agreement: pd.DataFrame) -> bool:
    """Whether sales are those of the source in every month, to half a cent."""
    return bool((agreement["raw_amount"] - agreement["sales_amount"]).abs().max() < 0.005)


def trust_sentence(first: date, as_of: date, customers: int) -> str:
    """The period and size of the data."""
    return _(
        "The data covers {period}; customers: {customers}.",
        period=f.date_range(first, as_of),
        customers=f.number(customers, 0),
    )


def loads_sentence(loads: pd.DataFrame) -> str:
    """How many files were read and which were left alone because they were loaded before."""
    again = int(loads["already_loaded"].sum())
    if again:
        return _(
            "Files read: {files}; {again} more with the same bytes as one of them, not loaded twice.",
            files=f.number(len(loads) - again, 0),
            again=f.number(again, 0),
        )
    return plural("{n} file was read.", "{n} files were read.", len(loads))


def flow_words(ledger: pd.DataFrame) -> dict[str, str]:
    """Title and captions of the flow of rows."""
    kept, out = _count(ledger, "kept"), _count(ledger, "quarantined")
    lines = _lines(ledger)
    if out:
        worst = lines[lines["action"] == "quarantined"].sort_values("rows", ascending=False).iloc[0]
        title = plural(
            "{n} line is set aside; the reason is: {rule}",
            "{n} lines are set aside; the largest reason is: {rule}",
            out,
            rule=rule_label(str(worst["rule"])),
        )
    else:
        title = _("No order line had to be set aside")
    return {
        "title": title,
        "subtitle": _("Order lines read: {rows}", rows=f.number(kept + out, 0)),
        "caption": _("Nothing is deleted: lines set aside stay in the table quarantine_order_lines with the rule."),
    }


def agreement_words(agreement: pd.DataFrame, currency: str) -> dict[str, str]:
    """Title and captions of sales against the source by month."""
    difference = float(agreement["sales_amount"].sum() - agreement["raw_amount"].sum())
    if _agrees(agreement):
        title = _("Sales match the sum of the source in every month")
    else:
        title = _(
            "Sales differ from the sum of the source by {money}, all of it explained by rules",
            money=f.money(difference, currency, signed=True),
        )
    return {
        "title": title,
        "subtitle": _("Sum of amounts per month, {currency}", currency=currency),
        "caption": _("Source: what the files hold, as read. Sales: what customer analysis uses, net of returns."),
    }


def ledger_rows(ledger: pd.DataFrame, reasons: dict[str, str], currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """The ledger as finished texts: what each rule did, rules that found nothing left out."""
    shown = ledger[(ledger["matched"] > 0) | (ledger["action"] == "kept")]
    rows = [
        [
            str(r["table"]),
            rule_label(str(r["rule"])) if r["action"] != "kept" else action_label("kept"),
            action_label(str(r["action"])),
            f.number(r["rows"], 0),
            f.number(r["matched"], 0),
            f.money(r["amount"], currency, "table") if r["table"] == "order_lines" else "",
            reasons.get(str(r["rule"]), ""),
        ]
        for r in shown.to_dict("records")
    ]
    heads = {
        _("Table"): "left",
        _("Rule"): "left",
        _("What was done"): "left",
        _("Rows"): "right",
        _("Fit the rule"): "right",
        _("Amount"): "right",
        _("Reason"): "left",
    }
    return rows, heads


def outlier_rows(ledger: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Lines that stand out: rule, what was done, the limit, examples."""
    named = ledger[ledger["rule"].isin(OUTLIERS)]
    rows = [
        [
            rule_label(str(r["rule"])),
            action_label(str(r["action"])),
            f.number(r["matched"], 0),
            f.money(r["amount"], currency, "table"),
            _limit(str(r["rule"]), r.get("limit")),
            str(r.get("examples") or ""),
        ]
        for r in named.to_dict("records")
        if r["matched"]
    ]
    heads = {
        _("Rule"): "left",
        _("What was done"): "left",
        _("Lines"): "right",
        _("Amount"): "right",
        _("From"): "left",
        _("For example (order: pieces, amount)"): "left",
    }
    return rows, heads


def _limit(rule: str, limit: object) -> str:
    """From where on a line stands out."""
    if rule == "price_typo":
        return _("8 to 12.5 times the product's median price, or that part of it")
    if rule == "wholesale" and isinstance(limit, float):
        return _("more than {n} pieces", n=f.number(limit, 0))
    return _("called a test")


def no_outliers() -> str:
    """Where no line stands out."""
    return _("No test order, wholesale quantity or slip in a price was found.")


def load_rows(loads: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """The files that were read and how their columns were mapped."""
    rows = [
        [str(r["table"]), str(r["source"]), f.number(r["rows_read"], 0), str(r["mapped"])]
        for r in loads.to_dict("records")
    ]
    return rows, {_("Table"): "left", _("File"): "left", _("Rows"): "right", _("Columns"): "left"}


def parts_label(part: str) -> str:
    """Name of a part of the report that needs data."""
    names = {
        "value": _("Value and leaving per customer"),
        "profit": _("Profit from costs instead of an assumed margin"),
        "returns": _("Returns and netting of cancellations"),
        "products": _("Products for each customer"),
        "categories": _("Categories in every cut"),
        "channels": _("Customers seen in several channels"),
        "demographics": _("Cuts by who the customers are"),
        "new_customers": _("Which customers are really new"),
        "campaigns": _("How past campaigns did"),
        "offers": _("Your own offers with their cost"),
        "consent": _("Contacts that consent allows"),
        "goals": _("Results against your goals"),
        "wallet": _("Share of wallet"),
        "competitors": _("Comparison with competitors"),
        "feedback": _("Satisfaction and complaints"),
    }
    return names[part]


def readiness_rows(readiness: pd.DataFrame) -> tuple[list[list[str]], dict[str, str]]:
    """Which parts of the report can be answered, and what the others need."""
    rows = [
        [
            parts_label(str(r["part"])),
            str(r["step"]),
            _("ready") if r["ready"] else _("not analysed yet") if r["loaded"] else _("missing"),
            str(r["needs"]),
        ]
        for r in readiness.to_dict("records")
    ]
    return rows, {_("Part"): "left", _("Step"): "left", _("State"): "left", _("Needs"): "left"}


def agreement_rows(agreement: pd.DataFrame, currency: str) -> tuple[list[list[str]], dict[str, str]]:
    """Source, differences and sales per month as finished texts, with the sum first."""
    named = [name for name in agreement.columns if name not in ("month", "raw_amount", "sales_amount")]
    total = agreement.drop(columns="month").sum()
    lines = [(_("All months"), total), *((f.month(r["month"]), r) for _n, r in agreement.iterrows())]
    columns = ["raw_amount", *named, "sales_amount"]
    rows = [[month, *(f.money(r[c], currency, "table") for c in columns)] for month, r in lines]
    heads = {
        _("Month"): "left",
        _("In the source"): "right",
        **{difference_label(n): "right" for n in named},
        _("Sales"): "right",
    }
    return rows, heads


def facts(ledger: pd.DataFrame, agreement: pd.DataFrame) -> dict[str, float]:
    """Numbers for the first page: rows kept and set aside, and the sums of source and sales."""
    return {
        "rows_kept": _count(ledger, "kept"),
        "rows_quarantined": _count(ledger, "quarantined"),
        "raw_amount": float(agreement["raw_amount"].sum()),
        "sales_amount": float(agreement["sales_amount"].sum()),
    }

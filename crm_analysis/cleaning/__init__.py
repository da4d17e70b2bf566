"""Cleaning: rules with names and reasons, quarantine instead of deletion, a ledger that adds up."""

from crm_analysis.cleaning.ledger import Rule, ledger_of
from crm_analysis.cleaning.netting import netting_reason
from crm_analysis.cleaning.order_lines import (
    MarkedLines,
    ask_for_sale_states,
    ledger_of_lines,
    mark_lines,
    monthly_agreement,
    netted_line,
    refuse_mixed_currencies,
    with_netting,
)
from crm_analysis.cleaning.outliers import OUTLIERS
from crm_analysis.cleaning.reference_tables import mark_rows, reference_rules
from crm_analysis.cleaning.rules import RULES_VERSION, order_line_rules

__all__ = [
    "OUTLIERS",
    "RULES_VERSION",
    "MarkedLines",
    "Rule",
    "ask_for_sale_states",
    "ledger_of",
    "ledger_of_lines",
    "mark_lines",
    "mark_rows",
    "monthly_agreement",
    "netted_line",
    "netting_reason",
    "order_line_rules",
    "reference_rules",
    "refuse_mixed_currencies",
    "with_netting",
]

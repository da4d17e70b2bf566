"""The tables that a user can bring. ``order_lines`` is required, everything else switches more on."""

from __future__ import annotations

from crm_analysis.contract.campaigns import CAMPAIGN_TARGETS, CAMPAIGNS, OFFERS, REDEMPTIONS
from crm_analysis.contract.columns import TableSpec
from crm_analysis.contract.market import (
    CATEGORY_SPEND,
    COMPETITORS,
    GOALS,
    MARKETING_SPEND,
    PARTNERS,
    PRODUCT_PRICES,
    PROSPECTS,
)
from crm_analysis.contract.orders import ORDER_LINES, PRODUCTS
from crm_analysis.contract.people import CUSTOMERS
from crm_analysis.contract.service import CONSENTS, CONTACTS, DELIVERIES, FEEDBACK, LOYALTY_LEDGER, PREFERENCES

__all__ = ["SOURCE_TABLES"]

SOURCE_TABLES: dict[str, TableSpec] = {
    spec.name: spec
    for spec in (
        ORDER_LINES,
        PRODUCTS,
        PRODUCT_PRICES,
        CUSTOMERS,
        CAMPAIGNS,
        CAMPAIGN_TARGETS,
        OFFERS,
        REDEMPTIONS,
        DELIVERIES,
        CONTACTS,
        CONSENTS,
        LOYALTY_LEDGER,
        FEEDBACK,
        PREFERENCES,
        MARKETING_SPEND,
        PROSPECTS,
        PARTNERS,
        COMPETITORS,
        CATEGORY_SPEND,
        GOALS,
    )
}
"""The tables a user can bring, by name."""

"""The customer card: one customer, one page, from the warehouse and the latest run."""

from crm_analysis.card.lookup import CustomerCard, customer_card

__all__ = ["CustomerCard", "customer_card"]

"""The report as an app: published runs side by side, tables to search, and what-if questions answered at once."""

from crm_analysis.dashboard.app import Dashboard, open_dashboard

__all__ = ["Dashboard", "open_dashboard"]

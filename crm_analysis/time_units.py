"""Mean lengths of the calendar's units, in days: one table for features and models."""

from __future__ import annotations

__all__ = ["DAYS_PER_UNIT", "DAYS_PER_YEAR"]

DAYS_PER_YEAR = 365.25
DAYS_PER_UNIT: dict[str, float] = {"day": 1.0, "week": 7.0, "month": DAYS_PER_YEAR / 12, "year": DAYS_PER_YEAR}
"""Days in a time unit; a month is a twelfth of 365.25 days."""

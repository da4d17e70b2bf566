"""Sentences built from results, one module a step."""

from crm_analysis.narrative import (
    communication,
    customers,
    data,
    direction,
    environment,
    evaluation,
    forecasts,
    gaps,
    offers,
    overview,
    personalization,
    spending,
)

__all__ = [
    "communication",
    "customers",
    "data",
    "direction",
    "environment",
    "evaluation",
    "forecasts",
    "gaps",
    "offers",
    "overview",
    "personalization",
    "spending",
]

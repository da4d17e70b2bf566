"""What the first screen and the pages of actions are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

__all__ = ["RunTables"]


@dataclass(frozen=True)
class RunTables:
    """Tables and facts of a whole run.

    Attributes
    ----------
    facts
        What the steps recorded.
    plan, offers, strategies, scores, items, tests
        The handed-over tables contact_plan, offer_decisions, strategy_by_segment, customer_scores, personal_plan and
        planned_tests.
    actions
        Of :func:`crm_analysis.narrative.overview.actions_of`.
    owners
        Channel -> department.
    currency
        Of the project.
    horizon_days
        Over which effects count.
    value_horizon_days
        Over which customers are valued.
    """

    facts: dict[str, Any]
    plan: pd.DataFrame
    offers: pd.DataFrame
    strategies: pd.DataFrame
    scores: pd.DataFrame
    items: pd.DataFrame
    tests: pd.DataFrame
    actions: pd.DataFrame
    owners: dict[str, str]
    currency: str
    horizon_days: int
    value_horizon_days: int

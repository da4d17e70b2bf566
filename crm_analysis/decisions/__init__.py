"""Decisions: what follows from the analysis, with what is assumed and what it takes to pay."""

from crm_analysis.decisions.assumptions import STRATEGIES, Assumptions, Offer, assumptions_from
from crm_analysis.decisions.changes import RunState, run_changes
from crm_analysis.decisions.claims import claims, point_of_retention, retention_of_year, top_against_rest
from crm_analysis.decisions.communication import assignments, calendar, consent_states, contact_plan, exclusions
from crm_analysis.decisions.direction import (
    apply_overrules,
    budget_split,
    hypothesis_cards,
    same_strategies,
    strategy_by_segment,
)
from crm_analysis.decisions.environment import comparison_periods, industry_traits
from crm_analysis.decisions.evaluation import campaign_results, needed_per_arm, past_campaigns, planned_tests
from crm_analysis.decisions.fairness import (
    benefit_by_contribution,
    traits_of_customers,
    treatment_tells_traits,
)
from crm_analysis.decisions.goals import goal_states, measured_now
from crm_analysis.decisions.inventory import filled_in, inventory
from crm_analysis.decisions.keeping import keep_list, keep_table
from crm_analysis.decisions.learned import (
    arm_conflicts,
    campaign_effects,
    returned_contacts,
    round_effects,
    todays_customers,
)
from crm_analysis.decisions.market import brands_of, competitor_grid, own_name, top_share
from crm_analysis.decisions.offers import (
    allocate,
    budget_curve,
    offer_decisions,
    option_values,
    recommended_budget,
    strategy_of_customers,
)
from crm_analysis.decisions.personalization import (
    BACKTEST_DAYS,
    backtest_items,
    first_item,
    fit_items,
    hit_rates,
    personal_plan,
    plan_items,
)
from crm_analysis.decisions.questions import additions, maturity, questions
from crm_analysis.decisions.readiness import readiness
from crm_analysis.decisions.retention import RetentionWorth, retention_worth
from crm_analysis.decisions.serving_review import cheaper_kinds, serving_by_segment

__all__ = [
    "benefit_by_contribution",
    "cheaper_kinds",
    "serving_by_segment",
    "traits_of_customers",
    "treatment_tells_traits",
    "RetentionWorth",
    "RunState",
    "same_strategies",
    "competitor_grid",
    "goal_states",
    "measured_now",
    "own_name",
    "brands_of",
    "top_share",
    "keep_list",
    "keep_table",
    "run_changes",
    "claims",
    "point_of_retention",
    "retention_of_year",
    "retention_worth",
    "top_against_rest",
    "arm_conflicts",
    "BACKTEST_DAYS",
    "STRATEGIES",
    "Assumptions",
    "Offer",
    "additions",
    "allocate",
    "apply_overrules",
    "assignments",
    "assumptions_from",
    "backtest_items",
    "budget_curve",
    "budget_split",
    "calendar",
    "campaign_effects",
    "campaign_results",
    "comparison_periods",
    "consent_states",
    "contact_plan",
    "exclusions",
    "filled_in",
    "first_item",
    "fit_items",
    "hit_rates",
    "hypothesis_cards",
    "industry_traits",
    "inventory",
    "maturity",
    "needed_per_arm",
    "offer_decisions",
    "option_values",
    "past_campaigns",
    "personal_plan",
    "plan_items",
    "planned_tests",
    "questions",
    "readiness",
    "recommended_budget",
    "returned_contacts",
    "round_effects",
    "strategy_by_segment",
    "strategy_of_customers",
    "todays_customers",
]

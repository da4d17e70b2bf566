"""One function, one Plotly figure: each takes a handed-over table and the finding in words.

A function returns None where its table is empty or too small; the caller then says why.
"""

from crm_analysis.plots.budget import budget_curve
from crm_analysis.plots.calibration import calibration_dots
from crm_analysis.plots.cohorts import cohort_triangle
from crm_analysis.plots.contacts import contact_calendar, exclusion_funnel
from crm_analysis.plots.effects import backtest_dots, effect_forest
from crm_analysis.plots.growth import growth_bridge, revenue_by_month
from crm_analysis.plots.migration import segment_migration_matrix
from crm_analysis.plots.quality import agreement_by_month, rows_flow
from crm_analysis.plots.rfm import rfm_grid
from crm_analysis.plots.risk import value_risk_grid
from crm_analysis.plots.season import seasonality
from crm_analysis.plots.shares import concentration_curve, profit_spread
from crm_analysis.plots.strategy import break_even_bars, strategy_bars
from crm_analysis.plots.theme import CONFIG, styled
from crm_analysis.plots.tracking import forecast_tracking
from crm_analysis.plots.waiting import time_to_next_order
from crm_analysis.plots.waterfall import profit_ladder

__all__ = [
    "CONFIG",
    "agreement_by_month",
    "backtest_dots",
    "break_even_bars",
    "budget_curve",
    "calibration_dots",
    "cohort_triangle",
    "concentration_curve",
    "contact_calendar",
    "effect_forest",
    "exclusion_funnel",
    "forecast_tracking",
    "growth_bridge",
    "profit_ladder",
    "profit_spread",
    "revenue_by_month",
    "rfm_grid",
    "rows_flow",
    "seasonality",
    "segment_migration_matrix",
    "strategy_bars",
    "styled",
    "time_to_next_order",
    "value_risk_grid",
]

"""Models of customer value: how often, how much, for how long, and how well that was forecast."""

from crm_analysis.models.affinity import affinities, with_order
from crm_analysis.models.backtest import choose_winner, holdout_comparison
from crm_analysis.models.behaviour_groups import BehaviourGroups, behaviour_members, group_by_behaviour
from crm_analysis.models.beta_geo import BetaGeoNBD, ModifiedBetaGeoNBD
from crm_analysis.models.beta_geo_beta_binomial import BetaGeoBetaBinomial
from crm_analysis.models.calibration import BrierScore, brier_score, calibration_table
from crm_analysis.models.contract_leaving import ContractLeaving, contract_survival, hazard_ratios
from crm_analysis.models.contracts import renewals_of_cohorts, renewals_of_contracts
from crm_analysis.models.early_traits import EarlyTraits, find_early_traits
from crm_analysis.models.engine_values import EngineCustomers
from crm_analysis.models.forecast import (
    CANDIDATES,
    ForecastCheck,
    by_frequency_of,
    check_forecast,
    fit_used,
    measures_of,
    scorecard_of,
    used_forecast,
    weekly_of,
)
from crm_analysis.models.gamma_gamma import GammaGamma
from crm_analysis.models.holiday_effects import HolidayEffects, holiday_effects
from crm_analysis.models.latent_needs import LatentNeeds, find_latent_needs
from crm_analysis.models.leaving import LeavingDefinition, define_leaving, still_waiting, usual_gap
from crm_analysis.models.leaving_check import LeavingCheck, check_leaving, leaving_origins
from crm_analysis.models.leaving_model import LeavingModel
from crm_analysis.models.leaving_reasons import drivers_by_segment, leaving_reasons, with_leaving
from crm_analysis.models.lifetime_value import customer_lifetime_value, value_interval
from crm_analysis.models.lifetimes_frames import from_lifetimes, to_lifetimes
from crm_analysis.models.naive import NaiveForecast, UsedForecast
from crm_analysis.models.pareto_covariates import ParetoNBDCovariates
from crm_analysis.models.pareto_nbd import ParetoNBD
from crm_analysis.models.prediction import (
    predictive_counts,
    predictive_interval,
    randomised_pit,
    total_purchases_interval,
)
from crm_analysis.models.price_response import PRICE_PRODUCTS, price_response
from crm_analysis.models.product_signals import frequent_returners, product_signals, shrunk_shares
from crm_analysis.models.prospects import ProspectValues, value_prospects
from crm_analysis.models.purchase_process import PurchaseProcess
from crm_analysis.models.scorecard import Origin, Scorecard, score_forecasts
from crm_analysis.models.scores import ScoringSettings, enough_to_value, fit_spend, score_values, total_value
from crm_analysis.models.seasonal import SeasonalClock, SeasonalModel, SeasonCheck, check_season
from crm_analysis.models.second_opinion import second_opinion
from crm_analysis.models.segment_check import SegmentCheck, check_segments
from crm_analysis.models.shifted_beta_geometric import ShiftedBetaGeometric
from crm_analysis.models.spend_check import SpendCheck, check_spend
from crm_analysis.models.tracking import weekly_expected_cumulative
from crm_analysis.models.voices import Voices, needs_of, read_voices

__all__ = [
    "LatentNeeds",
    "PRICE_PRODUCTS",
    "ProspectValues",
    "find_latent_needs",
    "price_response",
    "value_prospects",
    "SegmentCheck",
    "check_segments",
    "frequent_returners",
    "product_signals",
    "shrunk_shares",
    "EarlyTraits",
    "affinities",
    "find_early_traits",
    "with_order",
    "HolidayEffects",
    "holiday_effects",
    "ContractLeaving",
    "contract_survival",
    "hazard_ratios",
    "drivers_by_segment",
    "leaving_reasons",
    "with_leaving",
    "LeavingCheck",
    "LeavingModel",
    "check_leaving",
    "leaving_origins",
    "BehaviourGroups",
    "behaviour_members",
    "group_by_behaviour",
    "check_season",
    "SeasonalModel",
    "SeasonalClock",
    "SeasonCheck",
    "total_purchases_interval",
    "randomised_pit",
    "predictive_interval",
    "predictive_counts",
    "BetaGeoBetaBinomial",
    "BetaGeoNBD",
    "BrierScore",
    "CANDIDATES",
    "EngineCustomers",
    "ForecastCheck",
    "GammaGamma",
    "LeavingDefinition",
    "ModifiedBetaGeoNBD",
    "NaiveForecast",
    "Origin",
    "ParetoNBD",
    "ParetoNBDCovariates",
    "PurchaseProcess",
    "Scorecard",
    "ScoringSettings",
    "ShiftedBetaGeometric",
    "SpendCheck",
    "UsedForecast",
    "brier_score",
    "by_frequency_of",
    "calibration_table",
    "check_forecast",
    "check_spend",
    "choose_winner",
    "customer_lifetime_value",
    "define_leaving",
    "enough_to_value",
    "fit_spend",
    "fit_used",
    "from_lifetimes",
    "holdout_comparison",
    "measures_of",
    "renewals_of_cohorts",
    "renewals_of_contracts",
    "score_forecasts",
    "score_values",
    "scorecard_of",
    "second_opinion",
    "Voices",
    "needs_of",
    "read_voices",
    "still_waiting",
    "to_lifetimes",
    "total_value",
    "used_forecast",
    "usual_gap",
    "value_interval",
    "weekly_expected_cumulative",
    "weekly_of",
]

"""Customer analysis from raw order lines to a six-step CRM strategy."""

from crm_analysis.features import Unit, customer_summary, purchase_states
from crm_analysis.models import BetaGeoBetaBinomial, BetaGeoNBD, GammaGamma, ShiftedBetaGeometric
from crm_analysis.project import Project, open_project
from crm_analysis.workflow.session import StepSession, open_step
from crm_analysis.workflow.whole_run import run_workflow

__all__ = [
    "BetaGeoBetaBinomial",
    "BetaGeoNBD",
    "GammaGamma",
    "Project",
    "ShiftedBetaGeometric",
    "StepSession",
    "Unit",
    "customer_summary",
    "open_project",
    "open_step",
    "purchase_states",
    "run_workflow",
]

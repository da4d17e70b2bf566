"""Customer analysis from raw order lines to a six-step CRM strategy.

The names below are imported when they are first used: a command line or a page that needs few of them starts sooner.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {
    "features": ("Unit", "customer_summary", "purchase_states"),
    "models": ("BetaGeoBetaBinomial", "BetaGeoNBD", "GammaGamma", "ShiftedBetaGeometric"),
    "project": ("Project", "open_project"),
    "workflow.session": ("StepSession", "open_step"),
    "workflow.whole_run": ("run_workflow",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

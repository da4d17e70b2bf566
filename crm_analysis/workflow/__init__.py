"""Steps, runs and reports: what executes the notebooks and publishes what they make."""

from crm_analysis.workflow.cancel import RunCancelledError
from crm_analysis.workflow.events import Event, Progress
from crm_analysis.workflow.publishing import Run
from crm_analysis.workflow.run_record import RunRecord
from crm_analysis.workflow.run_store import RunStore
from crm_analysis.workflow.runner import run_store
from crm_analysis.workflow.steps import STEPS, Step

__all__ = [
    "STEPS",
    "Event",
    "Progress",
    "Run",
    "RunCancelledError",
    "RunRecord",
    "RunStore",
    "Step",
    "run_store",
]

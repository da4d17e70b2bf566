"""What an import of results teaches, written to the learning ledger at once."""

from __future__ import annotations

from crm_analysis.decisions import round_effects
from crm_analysis.features import period
from crm_analysis.learning import append_effects
from crm_analysis.project import Project

__all__ = ["learn_from_results"]


def learn_from_results(project: Project) -> int:
    """Estimate what contact added in the rounds whose results came back, as far as sales reach past them.

    Returns
    -------
    int
        Estimates that are new in the ledger; the next run adds those for which sales are still missing.
    """
    if not all(project.has(table) for table in ("order_lines", "assignments", "contact_results")):
        return 0
    analysis = project.settings.analysis
    lines = project.table("order_lines")
    as_of = analysis.as_of or period(lines)[1]
    accounts = project.table("accounts") if project.has("accounts") else None
    found = round_effects(
        lines, project.table("assignments"), project.table("contact_results"), as_of, analysis.horizon_days, accounts
    )
    return append_effects(project.warehouse, found)

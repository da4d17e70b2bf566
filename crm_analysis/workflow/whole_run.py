"""Sources -> warehouse -> eight notebooks -> published report, as one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crm_analysis.project import Project
from crm_analysis.workflow import runner
from crm_analysis.workflow.event_table import write_events
from crm_analysis.workflow.events import Progress
from crm_analysis.workflow.index import write_index
from crm_analysis.workflow.runner import Run

__all__ = ["run_workflow"]


def run_workflow(
    project: Project,
    *,
    steps: Sequence[str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Bring the warehouse up to date, execute the notebooks and publish the report.

    Parameters
    ----------
    project
        Opened from a file of settings.
    steps
        Numbers or names of steps; None runs all eight.
    parameters
        Parameters of the notebooks by name.
    resume
        Go on with the newest unfinished run.
    progress
        Called with each event.

    Returns
    -------
    Run
        Its id, its folder under ``reports/`` and the seconds of each step.

    Raises
    ------
    CrmError
        What is wrong with settings, data or a step, and how to mend it; the last report stays.

    Examples
    --------
    >>> from crm_analysis import open_project, run_workflow
    >>> with open_project("crm.toml") as project:  # in the folder of a workspace
    ...     run = run_workflow(project)
    >>> (run.folder / "index.html").is_file()
    True
    """
    project.build()
    write_events(project.warehouse)

    def recorded(run_dir: Path) -> dict[str, Any]:
        return {
            "settings": project.settings.model_dump(mode="json", exclude={"path", "paths"}),
            "warehouse": {"engine": project.engine.name, "table_versions": project.warehouse.versions()},
        }

    return runner.run_workflow(
        project.settings,
        steps=steps,
        parameters=parameters,
        resume=resume,
        progress=progress,
        extra_manifest=recorded,
        write_index=lambda run_dir, editions: write_index(run_dir, project.settings, editions),
    )

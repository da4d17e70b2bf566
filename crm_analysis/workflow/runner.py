"""Runs the notebooks in order, into a folder that appears when all is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from crm_analysis.config import Settings
from crm_analysis.errors import ConfigError, RunError
from crm_analysis.messages import _, language
from crm_analysis.workflow.cancel import holding
from crm_analysis.workflow.events import EventLog, Progress
from crm_analysis.workflow.files import disk_full_as_run_error
from crm_analysis.workflow.kernels import KernelPool, without_iri_checks
from crm_analysis.workflow.plan import RunPlan, load_plan, save_plan
from crm_analysis.workflow.publishing import ManifestExtra, Run, Work, WriteIndex, publish, record_failure
from crm_analysis.workflow.resume import find_unfinished, mend_published, take_over
from crm_analysis.workflow.run_folder import RunFolder, check_free_space, new_run_id
from crm_analysis.workflow.run_store import RunStore
from crm_analysis.workflow.steps import Step, select_steps
from crm_analysis.workflow.time_left import TimeLeft

__all__ = ["Run", "run_store", "run_workflow"]

_WARM_UP = ("crm_analysis.workflow.session", "plotly.graph_objects", "pyarrow.parquet")


def run_store(settings: Settings) -> RunStore:
    """The store of runs of a workspace."""
    return RunStore(settings.warehouse_path / "runs.sqlite")


def run_workflow(
    settings: Settings,
    *,
    steps: Sequence[str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    extra_manifest: ManifestExtra | None = None,
    write_index: WriteIndex | None = None,
) -> Run:
    """Execute the steps in this process and publish the run.

    Parameters
    ----------
    settings
        Of a project, read from a file.
    steps
        Numbers or names; None runs all. Single steps start from a copy of what the newest published run has
        before them.
    parameters
        Parameters of the notebooks by name; each notebook gets those it knows.
    resume
        Go on with the newest unfinished run, at the step that was not finished, with its own parameters and
        in its own language.
    progress
        Called with each event.
    extra_manifest
        Called with the run's folder at the end; what it returns is added to the manifest.
    write_index
        Called with the run's folder and languages before it is published, to write ``index.html`` of each.

    Raises
    ------
    RunError
        The run cannot be started, resumed or published, or was cancelled (:class:`RunCancelledError`).
    StepError
        A step failed; the last published run stays the newest.
    """
    if settings.path is None:
        with language(settings.lang):
            raise ConfigError(_("A run needs a file of settings: open the project from its crm.toml."))
    parent = settings.reports / settings.slug
    with language(settings.lang), disk_full_as_run_error(parent):
        store = run_store(settings)
        mended = mend_published(parent, settings.slug, store)
        if resume and mended:
            return Run(mended[0].run_id, mended[0].path, {})
        check_free_space(parent)
        check_free_space(settings.warehouse_path)
        if resume:
            folder = find_unfinished(parent, settings.slug, store)
            plan = _resumed_plan(folder, steps, parameters)
        else:
            folder = RunFolder(parent, new_run_id())
            plan = _new_plan(settings, folder.run_id, steps, parameters)
        work = Work(settings, plan, folder, store)
        with language(plan.lang):
            return _run(work, resume, progress, extra_manifest, write_index)


def _new_plan(
    settings: Settings, run_id: str, steps: Sequence[str] | None, parameters: Mapping[str, Any] | None
) -> RunPlan:
    numbers = [step.number for step in select_steps(steps)]
    lang, *others = settings.languages
    return RunPlan(run_id, settings.slug, lang, numbers, dict(parameters or {}), others)


def _resumed_plan(folder: RunFolder, steps: Sequence[str] | None, parameters: Mapping[str, Any] | None) -> RunPlan:
    plan = load_plan(folder.partial)
    if plan is None:
        raise RunError(_("Run {run} cannot be resumed: its progress cannot be read.", run=folder.run_id))
    if steps is not None or parameters:
        raise RunError(
            _(
                "A resumed run keeps its steps and parameters. Leave out --step and -p, or start a new run "
                "without --resume."
            )
        )
    return plan


def _run(
    work: Work,
    resume: bool,
    progress: Progress | None,
    extra_manifest: ManifestExtra | None,
    write_index: WriteIndex | None,
) -> Run:
    plan = work.plan
    with closing(KernelPool(work.settings.root, _WARM_UP)) as kernels:
        kernels.preheat()
        with without_iri_checks():
            from crm_analysis.workflow.step_loop import StepLoop  # papermill takes a second to import
        notebooks = _checked_notebooks(work, fresh=not resume)
        if not resume:
            _create(work)
        work.store.create(plan.run_id, plan.data_set)
        if not work.store.claim(plan.run_id):
            raise RunError(_("Another process has just taken run {run}.", run=plan.run_id))
        with holding(work.store, plan.run_id) as switch:
            try:
                log = _event_log(work, notebooks, progress)
                log.emit("run_resumed" if resume else "run_started")
                StepLoop(work, notebooks, kernels, log, switch).run()
                return publish(work, log, extra_manifest, write_index)
            except BaseException as error:
                record_failure(work, error)
                raise


def _checked_notebooks(work: Work, fresh: bool) -> dict[Step, Any]:
    """Read the notebooks of all steps to do and check the parameters, before anything is made."""
    from crm_analysis.workflow.translate import check_parameters, known_parameters, read_notebook

    steps = work.plan.selected() if fresh else work.plan.unfinished(work.folder.partial)
    notebooks = {step: read_notebook(work.settings.notebooks / step.notebook) for step in steps}
    if fresh:
        known = {
            name: parameter for notebook in notebooks.values() for name, parameter in known_parameters(notebook).items()
        }
        work.plan.parameters = check_parameters(work.plan.parameters, known)
    return notebooks


def _create(work: Work) -> None:
    work.folder.create()
    work.plan.done = take_over(work.folder, work.plan.selected(), work.plan.editions())
    save_plan(work.plan, work.folder.partial)


def _event_log(work: Work, notebooks: Mapping[Step, Any], progress: Progress | None) -> EventLog:
    from crm_analysis.workflow.cell_client import executed_cells  # papermill, as above

    cells = {step.number: executed_cells(notebook) * len(work.plan.editions()) for step, notebook in notebooks.items()}
    time_left = TimeLeft(cells, work.store.last_durations(work.plan.data_set))
    return EventLog(work.plan.run_id, work.folder.partial / "events.jsonl", work.store, time_left, progress)

"""The steps of a run, one after the other: while one executes, the page of the one before is rendered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm_analysis.messages import _
from crm_analysis.workflow.cancel import CancelSwitch, RunCancelledError
from crm_analysis.workflow.engine import CellsCancelledError
from crm_analysis.workflow.events import EventLog
from crm_analysis.workflow.execution import StepFailedError, execute_step
from crm_analysis.workflow.kernels import KernelPool
from crm_analysis.workflow.pages import PageFrame, PageQueue
from crm_analysis.workflow.plan import StepDone, save_plan
from crm_analysis.workflow.publishing import Work
from crm_analysis.workflow.steps import Step
from crm_analysis.workflow.translate import known_parameters

__all__ = ["StepLoop"]


class _Watch:
    """Turns what the engine tells into events of the step."""

    def __init__(self, step: Step, log: EventLog, switch: CancelSwitch) -> None:
        self._step = step
        self._log = log
        self._switch = switch
        self._started = time.monotonic()

    def notebook_started(self, notebook: Any) -> None:
        pass

    def cell_started(self, cell: int, cells: int) -> None:
        self._started = time.monotonic()
        self._log.emit("cell_started", step=self._step.number, cell=cell, cells=cells)

    def cell_finished(self, cell: int, cells: int) -> None:
        seconds = time.monotonic() - self._started
        self._log.emit("cell_finished", step=self._step.number, cell=cell, cells=cells, seconds=seconds)

    def cancelled(self) -> bool:
        return self._switch.requested()


@dataclass(frozen=True)
class StepLoop:
    """Executes the steps of one run.

    Attributes
    ----------
    notebooks
        The notebooks of the steps still to do, in order.
    """

    work: Work
    notebooks: Mapping[Step, Any]
    kernels: KernelPool
    log: EventLog
    switch: CancelSwitch

    def run(self) -> None:
        """Execute all steps still to do and render all pages that are missing.

        Raises
        ------
        StepFailedError, RunCancelledError
            The steps before stay done; a resumed run goes on at this one.
        """
        plan, run_dir = self.work.plan, self.work.folder.partial
        with PageQueue(run_dir, PageFrame(self.work.settings.name, plan.with_pages(), plan.editions())) as pages:
            for step in plan.with_pages():
                if step not in self.notebooks:
                    pages.add_missing(step)
            last = max(self.notebooks, key=lambda step: step.number, default=None)
            for step in self.notebooks:
                try:
                    self._execute(step, preheat=step is not last)
                except StepFailedError as error:
                    pages.add(step, error.reason)
                    raise
                pages.add(step)
            pages.wait()

    def _execute(self, step: Step, preheat: bool) -> None:
        plan, folder = self.work.plan, self.work.folder
        started = time.monotonic()
        self.work.store.set_step(plan.run_id, step.number)
        self.log.emit("step_started", step=step.number)
        before = _tables(folder.partial)
        watch = _Watch(step, self.log, self.switch)
        try:
            execute_step(
                step,
                self.notebooks[step],
                self._parameters(step),
                folder,
                self.kernels,
                watch,
                editions=plan.editions(),
                preheat=preheat,
            )
        except StepFailedError as error:
            seconds = time.monotonic() - started
            self.log.emit("step_failed", step=step.number, cell=error.cell, seconds=seconds)
            raise
        except CellsCancelledError as error:
            self.log.emit("cancelled", step=step.number, seconds=time.monotonic() - started)
            raise _cancelled(plan.run_id, step) from error
        seconds = time.monotonic() - started
        after = _tables(folder.partial)
        written = sorted(name for name, state in after.items() if before.get(name) != state)
        plan.done[step.number] = StepDone(round(seconds, 3), written)
        save_plan(plan, folder.partial)
        self.log.emit("step_finished", step=step.number, seconds=seconds)

    def _parameters(self, step: Step) -> dict[str, Any]:
        """The user's parameters that the notebook knows, and those that every notebook gets."""
        known = known_parameters(self.notebooks[step])
        values = {name: value for name, value in self.work.plan.parameters.items() if name in known}
        return {**values, "config": str(self.work.settings.path)}


def _cancelled(run_id: str, step: Step) -> RunCancelledError:
    return RunCancelledError(
        _(
            "Run {run} was cancelled in step {step}. 'crm-analysis run --resume' goes on with it.",
            run=run_id,
            step=step.number,
        )
    )


def _tables(run_dir: Path) -> dict[str, tuple[int, int]]:
    """Size and time of each table, to see which ones a step writes."""
    states = {path.stem: path.stat() for path in (run_dir / "tables").glob("*.parquet")}
    return {name: (state.st_mtime_ns, state.st_size) for name, state in states.items()}

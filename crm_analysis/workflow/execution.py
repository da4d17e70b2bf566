"""Executes one step: notebook in, executed notebook out, and why it failed in one line."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from crm_analysis import errors
from crm_analysis.errors import CrmError, StepError
from crm_analysis.messages import _, current_language, language
from crm_analysis.workflow.editions import Edition, editions_of
from crm_analysis.workflow.engine import ENGINE_NAME, CellWatch, register
from crm_analysis.workflow.files import write_text
from crm_analysis.workflow.kernels import KernelPool, empty
from crm_analysis.workflow.run_folder import RunFolder
from crm_analysis.workflow.steps import Step
from crm_analysis.workflow.translate import translate_notebook

__all__ = ["StepFailedError", "execute_step"]

_ERROR_TAG = "papermill-error-cell-tag"
_MAX_REASON = 400
_DISK_FULL = ("No space left on device", "File too large", "disk is full", "Disk quota exceeded")


class StepFailedError(StepError):
    """A step failed.

    Attributes
    ----------
    step
        The step.
    cell
        Number of the code cell, from 1.
    reason
        One line.
    notebook
        The executed notebook with the failing cell.
    """

    def __init__(self, message: str, step: Step, cell: int, reason: str, notebook: Path) -> None:
        super().__init__(message)
        self.step = step
        self.cell = cell
        self.reason = reason
        self.notebook = notebook


class _KeptCells:
    """A watch that also remembers the notebook and the cell it is in."""

    def __init__(self, watch: CellWatch) -> None:
        self._watch = watch
        self.notebook: nbformat.NotebookNode | None = None
        self.cell = 0

    def notebook_started(self, notebook: nbformat.NotebookNode) -> None:
        self.notebook = notebook
        self._watch.notebook_started(notebook)

    def cell_started(self, cell: int, cells: int) -> None:
        self.cell = cell
        self._watch.cell_started(cell, cells)

    def cell_finished(self, cell: int, cells: int) -> None:
        self._watch.cell_finished(cell, cells)

    def cancelled(self) -> bool:
        return self._watch.cancelled()


class _Several:
    """A watch that counts the cells of all languages of a step as those of one notebook."""

    def __init__(self, watch: CellWatch, place: int, editions: int) -> None:
        self._watch = watch
        self._place = place
        self._editions = editions

    def notebook_started(self, notebook: nbformat.NotebookNode) -> None:
        self._watch.notebook_started(notebook)

    def cell_started(self, cell: int, cells: int) -> None:
        self._watch.cell_started(self._place * cells + cell, self._editions * cells)

    def cell_finished(self, cell: int, cells: int) -> None:
        self._watch.cell_finished(self._place * cells + cell, self._editions * cells)

    def cancelled(self) -> bool:
        return self._watch.cancelled()


def execute_step(
    step: Step,
    notebook: nbformat.NotebookNode,
    parameters: Mapping[str, Any],
    folder: RunFolder,
    kernels: KernelPool,
    watch: CellWatch,
    *,
    editions: Sequence[Edition] = (),
    preheat: bool = False,
) -> None:
    """Execute a notebook of the workspace and write it, executed, into the hidden folder of the run.

    It is written also where it fails or is stopped, with the cells done so far.

    Parameters
    ----------
    parameters
        For the notebook; ``run_dir`` and ``lang`` are set here.
    editions
        The languages to execute it in, one after the other in the same kernel, emptied between them; none for the
        current language.
    preheat
        Start the kernel of the next step meanwhile.

    Raises
    ------
    StepFailedError
        A cell failed, or the kernel died.
    CellsCancelledError
        The watch asked to stop.
    """
    register()
    kernel = kernels.take()
    if preheat:
        kernels.preheat()
    try:
        editions = editions or editions_of([current_language()])
        for place, edition in enumerate(editions):
            if place:
                empty(kernel)
            several = _Several(watch, place, len(editions))
            _execute(step, notebook, parameters, folder, kernel, several, edition)
    finally:
        kernels.give_back(kernel)


def _execute(
    step: Step,
    notebook: nbformat.NotebookNode,
    parameters: Mapping[str, Any],
    folder: RunFolder,
    kernel: Any,
    watch: CellWatch,
    edition: Edition,
) -> None:
    """Execute a notebook in one language."""
    kept = _KeptCells(watch)
    place = edition.folder(folder.partial)
    place.mkdir(exist_ok=True)
    given = {**parameters, "run_dir": str(place), "lang": edition.lang}
    reason = None
    try:
        with _quiet(), language(edition.lang):
            papermill.execute_notebook(
                translate_notebook(notebook),
                None,
                parameters=given,
                engine_name=ENGINE_NAME,
                kernel_name=ENGINE_NAME,
                language="python",
                request_save_on_cell_execute=False,
                progress_bar=False,
                kernel=kernel,
                watch=kept,
            )
    except PapermillExecutionError as error:
        reason = _reason(error.ename, error.evalue, folder)
    except (DeadKernelError, CellTimeoutError):
        reason = _("The kernel ended without an answer. Most often the memory ran out.")
    except RuntimeError as error:
        reason = _("The kernel did not start: {reason}", reason=_one_line(str(error)))
    finally:
        if kept.notebook is not None:
            _write(kept.notebook, place / step.notebook, folder, reason)
    if reason is not None:
        raise _failure(step, kept.cell, reason, place / step.notebook)


def _failure(step: Step, cell: int, reason: str, notebook: Path) -> StepFailedError:
    message = _(
        "Step {step} ({title}) failed in code cell {cell}: {reason} The notebook with the failing cell: {notebook}",
        step=step.number,
        title=step.title(),
        cell=cell,
        reason=reason,
        notebook=str(notebook),
    )
    return StepFailedError(message, step, cell, reason, notebook)


def _reason(name: str, value: str, folder: RunFolder) -> str:
    text = _one_line(value)
    if any(sign in value for sign in _DISK_FULL):
        return _(
            "The disk that holds {folder} or the warehouse is full. Make room there, then go on with "
            "'crm-analysis run --resume'.",
            folder=str(folder.parent),
        )
    known = getattr(errors, name, None) if name in errors.__all__ else None
    if isinstance(known, type) and issubclass(known, CrmError):
        return text
    return f"{name}: {text}" if text else name


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_REASON else f"{line[: _MAX_REASON - 1]}…"


def _write(notebook: nbformat.NotebookNode, target: Path, folder: RunFolder, reason: str | None) -> None:
    """Write the executed notebook with the folder it will lie in, marked where it failed."""
    notebook.cells = [cell for cell in notebook.cells if _ERROR_TAG not in cell.metadata.get("tags", [])]
    if reason is not None:
        _mark_failure(notebook, reason)
    details = notebook.metadata.get("papermill", {})
    details.update(input_path=target.name, output_path=target.name)
    for values in (details.get("parameters", {}), *_injected(notebook)):
        for name, value in values.items():
            if isinstance(value, str):
                values[name] = value.replace(str(folder.partial), str(folder.path)).replace(
                    folder.partial.name, folder.path.name
                )
    write_text(target, nbformat.writes(notebook))


def _injected(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", [])]


def _mark_failure(notebook: nbformat.NotebookNode, reason: str) -> None:
    for index, cell in enumerate(notebook.cells):
        if cell.metadata.get("papermill", {}).get("status") == "failed":
            text = _("**The run stopped in the next cell.** {reason}", reason=reason)
            mark = nbformat.v4.new_markdown_cell(
                f'<span id="papermill-error-cell"></span>\n\n{text}', metadata={"tags": [_ERROR_TAG]}
            )
            notebook.cells.insert(index, mark)
            return


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep papermill's log lines off the terminal; the run has its own."""
    logger = logging.getLogger("papermill")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)

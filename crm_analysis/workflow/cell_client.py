"""Executes the cells of a notebook in a kernel, watched from a second thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_core.utils import run_sync
from nbclient.exceptions import CellExecutionError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient

from crm_analysis.workflow.engine import CellsCancelledError, CellWatch
from crm_analysis.workflow.kernels import interrupt, kill

__all__ = ["CellClient", "executed_cells"]

_LOOK_SECONDS = 1.0
_KILL_AFTER_LOOKS = 15

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())


class CellClient(PapermillNotebookClient):  # type: ignore[misc]
    """A papermill client that counts code cells, and stops on request between cells and inside them.

    Parameters
    ----------
    nb_man
        papermill's manager of the notebook's state.
    watch
        Told about each cell, and asked whether to stop.
    km
        A started kernel; it is left running at the end. None starts one, and ends it.
    """

    def __init__(self, nb_man: Any, watch: CellWatch, km: Any = None, **options: Any) -> None:
        super().__init__(nb_man, km=km, log=logger, shutdown_kernel="immediate", **options)
        self._watch = watch

    def execute_cells(self) -> None:
        """Execute all cells; a cell that fails ends the notebook and is marked, without an error."""
        if self.owns_km:
            self.execute()
            return
        try:
            self.execute()
        finally:
            if self.kc is not None:
                run_sync(self._stop_channels)()

    async def _stop_channels(self) -> None:
        self.kc.stop_channels()

    def papermill_execute_cells(self) -> None:
        """Execute the cells one by one, as papermill does, with the watch told and asked."""
        cells = executed_cells(self.nb)
        number = 0
        with self._looking():
            for index, cell in enumerate(self.nb.cells):
                self._stop_if_asked()
                if _is_executed(cell):
                    number += 1
                    self._watch.cell_started(number, cells)
                failed = self._execute_one(cell, index)
                if _is_executed(cell):
                    self._watch.cell_finished(number, cells)
                if failed:
                    self._stop_if_asked()
                    break

    def _execute_one(self, cell: Any, index: int) -> bool:
        try:
            self.nb_man.cell_start(cell, index)
            self.execute_cell(cell, index)
        except CellExecutionError as error:
            self.nb_man.cell_exception(self.nb.cells[index], cell_index=index, exception=error)
            return True
        except DeadKernelError as error:
            self.nb_man.cell_exception(self.nb.cells[index], cell_index=index, exception=error)
            self._stop_if_asked()
            raise
        finally:
            self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)
        return False

    def _stop_if_asked(self) -> None:
        if self._watch.cancelled():
            raise CellsCancelledError

    @contextmanager
    def _looking(self) -> Iterator[None]:
        """Every second: is the end asked for? Then interrupt, again and again, and at last kill."""
        over = threading.Event()

        def look() -> None:
            looks = 0
            while not over.wait(_LOOK_SECONDS):
                if not self._watch.cancelled() or self.km is None:
                    continue
                looks += 1
                if looks >= _KILL_AFTER_LOOKS:
                    kill(self.km)
                    return
                interrupt(self.km)

        thread = threading.Thread(target=look, name="cancel-watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def executed_cells(notebook: Any) -> int:
    """How many cells of a notebook are executed: those with code in them."""
    return sum(_is_executed(cell) for cell in notebook.cells)


def _is_executed(cell: Any) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())

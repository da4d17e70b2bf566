"""The papermill engine: reports each cell, stops between cells and inside them, uses a kernel started before.

papermill loads this module while it is imported itself, so nothing of papermill is imported at the top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from crm_analysis.errors import RunError

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbformat import NotebookNode

__all__ = ["ENGINE_NAME", "CellWatch", "CellsCancelledError", "ProgressEngine", "register"]

ENGINE_NAME = "crm-analysis"


class CellsCancelledError(RunError):
    """The execution of a notebook was stopped on request."""


class CellWatch(Protocol):
    """What the engine tells about cells, and asks."""

    def notebook_started(self, notebook: NotebookNode) -> None:
        """The notebook as it will be executed, in place: after a stop it holds what was done."""

    def cell_started(self, cell: int, cells: int) -> None:
        """Code cell number ``cell`` of ``cells`` starts."""

    def cell_finished(self, cell: int, cells: int) -> None:
        """Code cell number ``cell`` of ``cells`` has ended, well or not."""

    def cancelled(self) -> bool:
        """Whether to stop; asked from a second thread, too."""


class _NoWatch:
    def notebook_started(self, notebook: NotebookNode) -> None:
        pass

    def cell_started(self, cell: int, cells: int) -> None:
        pass

    def cell_finished(self, cell: int, cells: int) -> None:
        pass

    def cancelled(self) -> bool:
        return False


class ProgressEngine:
    """Engine for ``papermill.execute_notebook(..., engine_name="crm-analysis")``.

    Options of the engine: ``kernel`` (a started ``AsyncKernelManager``; without it the engine starts the
    notebook's own) and ``watch`` (a :class:`CellWatch`).
    """

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        *,
        kernel: AsyncKernelManager | None = None,
        watch: CellWatch | None = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        autosave_cell_every: int = 30,
        **_ignored: Any,
    ) -> NotebookNode:
        """Execute all cells of a notebook, in place.

        Raises
        ------
        CellsCancelledError
            ``watch.cancelled()`` became true; what was executed is in ``nb``.
        """
        from papermill.engines import NotebookExecutionManager

        from crm_analysis.workflow.cell_client import CellClient

        manager = NotebookExecutionManager(nb, output_path, progress_bar=False, autosave_cell_every=autosave_cell_every)
        watch = watch or _NoWatch()
        manager.notebook_start()
        watch.notebook_started(manager.nb)
        client = CellClient(
            manager,
            watch,
            km=kernel,
            kernel_name=kernel_name,
            timeout=execution_timeout,
            startup_timeout=start_timeout,
        )
        try:
            client.execute_cells()
        finally:
            manager.notebook_complete()
        return nb

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """Name of the kernel of a notebook, as papermill finds it."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """Language of a notebook, as papermill finds it."""
        from papermill.utils import nb_language

        return str(nb_language(nb, language))


def register() -> None:
    """Make the engine and the translator of parameters known to papermill, also without entry points."""
    from papermill.engines import papermill_engines
    from papermill.translators import papermill_translators

    from crm_analysis.workflow.translate import ReadableTranslator

    papermill_engines.register(ENGINE_NAME, ProgressEngine)
    papermill_translators.register(ENGINE_NAME, ReadableTranslator)

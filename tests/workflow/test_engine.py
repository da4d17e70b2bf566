from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest

from crm_analysis.workflow.engine import ENGINE_NAME, CellsCancelledError, register
from crm_analysis.workflow.kernels import KernelPool


class Watch:
    def __init__(self, stop_after: int | None = None) -> None:
        self.told: list[tuple[str, int, int]] = []
        self.stop_after = stop_after
        self.notebook: nbformat.NotebookNode | None = None

    def notebook_started(self, notebook: nbformat.NotebookNode) -> None:
        self.notebook = notebook

    def cell_started(self, cell: int, cells: int) -> None:
        self.told.append(("started", cell, cells))

    def cell_finished(self, cell: int, cells: int) -> None:
        self.told.append(("finished", cell, cells))

    def cancelled(self) -> bool:
        return self.stop_after is not None and ("finished", self.stop_after, 2) in self.told


def notebook(*sources: str) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_markdown_cell("# Words"), *map(nbformat.v4.new_code_cell, sources)]
    return nbformat.v4.new_notebook(cells=cells)


def test_engine_does_not_import_papermill_which_loads_it() -> None:
    code = "import sys, crm_analysis.workflow.engine; print('papermill' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_plain_papermill_can_use_the_engine(tmp_path: Path) -> None:
    register()
    papermill.execute_notebook(
        notebook("1 + 1"), tmp_path / "out.ipynb", engine_name=ENGINE_NAME, kernel_name="python3", progress_bar=False
    )
    assert nbformat.read(tmp_path / "out.ipynb", 4).cells[1].outputs[0].data["text/plain"] == "2"


def test_code_cells_are_counted_in_a_warm_kernel_without_traces(tmp_path: Path) -> None:
    register()
    pool = KernelPool(tmp_path, ("wave", "no_such_module"))
    watch = Watch()
    try:
        pool.preheat()
        done = papermill.execute_notebook(
            notebook("import sys\n'wave' in sys.modules, '_warm_up' in globals()", ""),
            None,
            engine_name=ENGINE_NAME,
            kernel_name=ENGINE_NAME,
            language="python",
            progress_bar=False,
            kernel=pool.take(),
            watch=watch,
        )
    finally:
        pool.close()
    assert done.cells[1].outputs[0].data["text/plain"] == "(True, False)"
    assert done.cells[1].execution_count == 1
    assert watch.told == [("started", 1, 1), ("finished", 1, 1)]


def test_stop_between_cells_keeps_what_was_done(tmp_path: Path) -> None:
    register()
    pool = KernelPool(tmp_path)
    watch = Watch(stop_after=1)
    try:
        with pytest.raises(CellsCancelledError, match="^$"):
            papermill.execute_notebook(
                notebook("'first'", "'second'"),
                None,
                engine_name=ENGINE_NAME,
                kernel_name=ENGINE_NAME,
                language="python",
                progress_bar=False,
                kernel=pool.take(),
                watch=watch,
            )
    finally:
        pool.close()
    assert watch.notebook is not None
    assert [len(cell.outputs) for cell in watch.notebook.cells[1:]] == [1, 0]

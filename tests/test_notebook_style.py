"""The notebooks are thin: they name what is computed, the package computes it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest

from crm_analysis.workflow.steps import STEPS

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
MOST_LINES = 10
ALL = [*(step.notebook for step in STEPS), "dashboard.ipynb"]


@pytest.fixture(params=ALL)
def notebook(request: pytest.FixtureRequest) -> Any:
    return nbformat.read(NOTEBOOKS / request.param, as_version=4)


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_every_step_has_its_notebook_and_beside_them_lies_the_dashboard() -> None:
    assert {p.name for p in NOTEBOOKS.glob("*.ipynb")} == set(ALL)


def test_a_notebook_is_stored_without_results(notebook: Any) -> None:
    nbformat.validate(notebook)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in _code(notebook))
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(not cell.id.isdigit() for cell in notebook.cells)


def test_cells_are_short_and_define_nothing(notebook: Any) -> None:
    for cell in _code(notebook):
        assert len(cell.source.splitlines()) <= MOST_LINES, cell.source
        found = [type(n).__name__ for n in ast.walk(ast.parse(cell.source))]
        assert not {"FunctionDef", "ClassDef", "Lambda", "Try", "While"} & set(found), cell.source


def test_a_notebook_starts_with_its_question_and_its_parameters(notebook: Any) -> None:
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "?" in first.source
    tagged = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1
    assert tagged[0].cell_type == "code"
    assert all(isinstance(n, ast.Assign | ast.AnnAssign) for n in ast.parse(tagged[0].source).body)

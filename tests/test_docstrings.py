"""The examples in docstrings do what they show."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import crm_analysis

ROOT = Path(crm_analysis.__file__).parent
IN_A_WORKSPACE = {
    f"crm_analysis.{name}" for name in ("card.lookup", "project", "workflow.session", "workflow.whole_run")
}
"""Their examples need data; they run in tests/runs."""
MODULES = sorted(
    ".".join(["crm_analysis", *path.relative_to(ROOT).with_suffix("").parts])
    for path in ROOT.rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("module", [name for name in MODULES if name not in IN_A_WORKSPACE])
def test_examples(module: str) -> None:
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted > 0
    assert result.failed == 0


def test_what_the_root_exports_has_an_example() -> None:
    things = {name: getattr(crm_analysis, name) for name in crm_analysis.__all__}
    docs = {
        n: thing.__doc__ or "" for n, thing in things.items() if inspect.isfunction(thing) or inspect.isclass(thing)
    }
    assert len(docs) > 7
    assert [name for name, doc in docs.items() if ">>>" not in doc and "Made by :func:" not in doc] == []

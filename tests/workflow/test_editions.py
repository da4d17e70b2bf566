from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from crm_analysis.config import Settings
from crm_analysis.workflow import runner
from crm_analysis.workflow.editions import editions_of, home_of
from crm_analysis.workflow.events import Event
from crm_analysis.workflow.runner import run_workflow
from crm_analysis.workflow.steps import STEPS

Workspace = Callable[..., Settings]


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_WARM_UP", ())


def test_pages_find_each_other_in_every_direction() -> None:
    english, korean = editions_of(["en", "ko"])
    assert (english.href("a.html", english), english.href("a.html", korean)) == ("a.html", "../a.html")
    assert (korean.href("a.html", korean), korean.href("a.html", english)) == ("a.html", "ko/a.html")
    assert korean.folder(Path("run")) == Path("run/ko")


def test_home_is_where_the_tables_are(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    assert home_of(tmp_path) == tmp_path
    assert home_of(tmp_path / "ko") == tmp_path
    assert home_of(tmp_path / "ko" / "ko") == tmp_path / "ko" / "ko"


@pytest.mark.parametrize(
    ("project", "languages"),
    [
        ({}, ("en", "ko")),
        ({"lang": "ko"}, ("ko", "en")),
        ({"lang": "xx"}, ("xx",)),
        ({"lang": "ko", "also_in": []}, ("ko",)),
        ({"lang": "xx", "also_in": ["ko"]}, ("xx", "ko")),
    ],
)
def test_languages_of_a_report(project: dict[str, object], languages: tuple[str, ...]) -> None:
    assert Settings.model_validate({"project": project}).languages == languages


def test_a_step_is_executed_once_in_each_language_from_an_empty_kernel(workspace: Workspace) -> None:
    settings = workspace({"01": "seen_before = 'mark' in globals()\nmark = 1\nprint(seen_before)"}, also_in=["ko"])
    events: list[Event] = []
    run = run_workflow(settings, steps=["00", "01"], progress=events.append)
    for folder, lang in ((run.folder, "en"), (run.folder / "ko", "ko")):
        for step in STEPS[:2]:
            assert json.loads((folder / "notes" / f"t{step.number}.json").read_text())["lang"] == lang
            assert f'lang="{lang}"' in (folder / step.page).read_text(encoding="utf-8")
        last = nbformat.read(folder / STEPS[1].notebook, 4).cells[-1]
        assert last.outputs[0].text == "False\n", "what the other language left behind is gone"
    assert 'src="../assets/' in (run.folder / "ko" / STEPS[0].page).read_text(encoding="utf-8")
    cells = [(event.cell, event.cells) for event in events if event.type == "cell_finished" and event.step == "01"]
    assert cells == [(number, 8) for number in range(1, 9)]
    assert json.loads((run.folder / "manifest.json").read_text())["languages"] == ["en", "ko"]


def test_single_steps_take_over_the_notebooks_of_their_language(workspace: Workspace) -> None:
    settings = workspace(also_in=["ko"])
    run_workflow(settings)
    settings = workspace(lang="ko", also_in=["en"])
    run = run_workflow(settings, steps=["02"])
    for folder, lang in ((run.folder, "ko"), (run.folder / "en", "en")):
        for step in STEPS[:3]:
            page = (folder / step.page).read_text(encoding="utf-8")
            assert f'<html lang="{lang}">' in page
            assert f'lang = "{lang}"' in (folder / step.notebook).read_text(encoding="utf-8").replace("\\", "")

"""Settings that are found, files that are looked at, workspaces that are made."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest

from crm_analysis.config import load_settings
from crm_analysis.errors import ConfigError
from crm_analysis.server.answers import steps_of
from crm_analysis.server.progress import Progress
from crm_analysis.server.settings_files import find_settings, write_settings
from crm_analysis.workflow.steps import STEPS

from .conftest import Server, settings_file

COMMAND = [sys.executable, "-c", "from crm_analysis.cli import main; main()"]


def test_only_settings_of_ours_are_found_nearest_first(tmp_path: Path) -> None:
    settings_file(tmp_path / "deep" / "er", "second")
    settings_file(tmp_path / "shop", "first", '[analysis]\nunit = "day"\n')
    settings_file(tmp_path / ".hidden")
    settings_file(tmp_path / "a" / "b" / "c" / "d" / "e")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'no'\n")
    (tmp_path / "other.toml").write_text("[project]\nname = 'no'\n[tool.x]\n")
    (tmp_path / "broken.toml").write_text("[project\n")
    assert [(s["path"], s["name"]) for s in find_settings(tmp_path)] == [
        ("shop/crm.toml", "first"),
        ("deep/er/crm.toml", "second"),
    ]


def test_looking_makes_no_files(server: Server) -> None:
    folder = settings_file(server.root / "shop").parent
    assert server.ask("runs?settings=shop/crm.toml").json == []
    assert sorted(path.name for path in folder.iterdir()) == ["crm.toml"]


def test_a_file_is_looked_at_column_by_column(server: Server) -> None:
    rows = "\n".join(f"C{n},2025-06-{n:02},{n}000,<b>x</b>" for n in range(1, 21))
    (server.root / "orders.csv").write_text(f"회원번호,주문일시,결제금액,메모\n{rows}\n", encoding="utf-8")
    found = server.ask("look?path=orders.csv&lang=ko").json
    columns = {column["header"]: column["column"] for column in found["columns"]}
    assert columns["회원번호"] == "customer_id"
    assert columns["주문일시"] == "ordered_at"
    assert columns["결제금액"] == "amount"
    assert found["missing"] == []


def test_what_is_missing_is_named(server: Server) -> None:
    (server.root / "orders.csv").write_text("customer,date\nA,2025-06-09\nB,2025-06-10\n")
    assert server.ask("look?path=orders.csv").json["missing"] == ["amount"]
    assert server.ask("look", {"columns": ["ordered_at", "quantity", "unit_price"]}).json["missing"] == ["customer_id"]


def test_a_workspace_is_made_around_a_file(tmp_path: Path) -> None:
    (tmp_path / "shop" / "data").mkdir(parents=True)
    data = tmp_path / "shop" / "data" / "o.csv"
    data.write_text("who,date,amount\nA,2025-06-09,5\n")
    file = write_settings(data, 'Bo "the" shop', "EUR", "ko", {"customer_id": "who"}, COMMAND)
    settings = load_settings(file, environment={})
    assert file == tmp_path / "shop" / "crm.toml"
    assert (settings.name, settings.project.currency, settings.lang) == ('Bo "the" shop', "EUR", "ko")
    assert settings.sources["order_lines"].path == "data/o.csv"
    assert settings.sources["order_lines"].columns == {"customer_id": "who"}
    assert (file.parent / "notebooks" / "00_data.ipynb").is_file()
    with pytest.raises(ConfigError, match="is a workspace already"):
        write_settings(data, "x", "EUR", "ko", {}, COMMAND)


def test_what_does_not_fit_makes_no_workspace(server: Server) -> None:
    (server.root / "o.csv").write_text("customer,date,amount\nA,2025-06-09,5\n")
    answer = server.ask("settings", {"data": "o.csv", "name": "x", "currency": "euro", "lang": "en"})
    assert answer.status == 400
    assert "'currency'" in answer.json["message"]
    assert not (server.root / "crm.toml").exists()


def test_parameters_have_the_type_of_their_default(tmp_path: Path) -> None:
    file = settings_file(tmp_path / "shop")
    source = "config = 1\nbudget = 7\nshare = 0.5\nwho = 'all'\ndeep = True\nparts = [1, 2]"
    (file.parent / "notebooks").mkdir()
    for step in STEPS:
        cell = nbformat.v4.new_code_cell(source if step.number == "04" else "", metadata={"tags": ["parameters"]})
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), file.parent / "notebooks" / step.notebook)
    found = steps_of(load_settings(file, environment={}))
    kinds = {p["name"]: (p["type"], p["default"], p["steps"]) for p in found["parameters"]}
    assert kinds == {
        "budget": ("integer", "7", ["04"]),
        "share": ("number", "0.5", ["04"]),
        "who": ("text", "all", ["04"]),
        "deep": ("boolean", "True", ["04"]),
        "parts": ("other", "[1, 2]", ["04"]),
    }


def test_a_step_that_failed_is_told_from_those_that_wait() -> None:
    progress = Progress.of([])
    progress.take([(1, {"type": "step_started", "step": "00"}), (2, {"type": "step_failed", "step": "00"})])
    states = [step.state for step in progress.steps.values()]
    assert states == ["failed", *["waiting"] * 7]
    assert progress.seen == 2

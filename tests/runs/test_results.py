"""What came back from a plan is taken in once, and the next evaluation says how far the plan was carried out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.project import open_project
from crm_analysis.warehouse import collect
from crm_analysis.workflow.run_folder import latest_published

from .conftest import Workspace, crm

pytestmark = pytest.mark.slow

Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def workspace(english: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(english.root, tmp_path / "shop")
    return Workspace(tmp_path / "shop", english.shop)


def _file(workspace: Workspace, frame: pd.DataFrame, name: str = "back.csv") -> str:
    frame.to_csv(workspace.root / name, index=False)
    return str(workspace.root / name)


def _ledger(workspace: Workspace) -> pd.DataFrame:
    with open_project(workspace.root) as project:
        drawn = collect(project.table("assignments"))
    assert drawn["round"].nunique() == 1
    assert set(drawn["eligibility"]) == {"has_strategy,offer_pays,within_budget,consent_not_checked"}
    return drawn.sort_values("customer_id", ignore_index=True)


def test_results_are_kept_once_beside_the_arm(workspace: Workspace, run_main: Main) -> None:
    plan = pd.read_parquet(workspace.report / "tables" / "contact_plan.parquet")
    contacted = plan.loc[plan["arm"] == "contact", "customer_id"].head(9).tolist()
    held = plan.loc[plan["arm"] != "contact", "customer_id"].head(2).tolist()
    rows = [(who, "2024-07-10", "opened") for who in [*contacted, *held]]
    rows += [("", "2024-07-10", "opened"), ("C9999", "2024-07-10", "bought"), (contacted[0], "2024-07-10", "bought")]
    file = _file(workspace, pd.DataFrame(rows, columns=["고객번호", "발송일", "결과"]))
    status, out, _err = run_main("import-results", file, str(workspace.root))
    assert status == 0
    assert "11 contacts of customers in a plan kept." in out
    assert "Left out: 2 rows without customer or date or that repeat another row, 1 of customers in no plan." in out
    assert "2 of these customers were to be held back" in out
    status, out, _err = run_main("import-results", file, str(workspace.root))
    assert status == 0
    assert "back.csv was imported before; nothing changed." in out
    with open_project(workspace.root) as project:
        stored = collect(project.table("contact_results"))
    assert len(stored) == 11
    arms = plan.set_index("customer_id")["arm"]
    assert (stored["arm"] == stored["customer_id"].map(arms)).all()
    assert "learning ledger" not in out, "sales do not reach past the contacts yet"

    # a later file corrects one contact and adds another
    later = [(contacted[1], "2024-07-10", "replied"), (contacted[1], "2024-07-12", "bought")]
    file = _file(workspace, pd.DataFrame(later, columns=["customer_id", "contacted_at", "outcome"]), "later.csv")
    assert run_main("import-results", file, str(workspace.root))[0] == 0
    with open_project(workspace.root) as project:
        stored = collect(project.table("contact_results"))
    assert len(stored) == 12
    assert sorted(stored.loc[stored["customer_id"] == contacted[1], "outcome"]) == ["bought", "replied"]

    old, drawn = workspace.report, _ledger(workspace)
    done = crm("run", str(workspace.root))
    assert done.returncode == 0, done.stdout + done.stderr
    report = latest_published(workspace.reports)
    assert report is not None
    pd.testing.assert_frame_equal(drawn, _ledger(workspace), obj="a rerun draws the same and adds nothing")
    page = (report.path / "07_evaluation.html").read_text("utf-8")
    for table in sorted(p.name for p in (old / "tables").iterdir()):
        before, after = (pd.read_parquet(folder / "tables" / table) for folder in (old, report.path))
        pd.testing.assert_frame_equal(before, after, check_exact=True, obj=table)
    new_plan = pd.read_parquet(report.path / "tables" / "contact_plan.parquet")
    planned = int((new_plan["arm"] == "contact").sum())
    assert f"Results are back for 9 of {planned} planned contacts. 2 customers who were to be held back" in page
    assert json.loads((report.path / "manifest.json").read_text("utf-8"))["state"] == "done"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("customer_id,contacted_at\nnobody,2024-07-10\n", "none of 1 rows is about a customer of a plan"),
        ("who,contacted_at\nC0001,2024-07-10\n", "customer_id"),
        ("", "back.csv"),
    ],
)
def test_a_file_that_is_no_result_is_refused_in_one_line(
    text: str, reason: str, workspace: Workspace, run_main: Main
) -> None:
    file = workspace.root / "back.csv"
    file.write_text(text, encoding="utf-8")
    status, out, err = run_main("import-results", str(file), str(workspace.root))
    assert (status, out) == (1, "")
    assert reason in err
    assert err.count("\n") == 1
    with open_project(workspace.root) as project:
        assert not project.has("contact_results")


def test_without_a_plan_there_are_no_results(tmp_path: Path, run_main: Main) -> None:
    run_main("init", str(tmp_path / "shop"))
    status, _out, err = run_main("import-results", "x.csv", str(tmp_path / "shop"))
    assert status == 1
    assert "There is no plan yet" in err

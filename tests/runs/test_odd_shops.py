"""Data that says almost nothing: each ends in an honest report or in one clear line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crm_analysis.resources import resource
from crm_analysis.workflow.run_folder import latest_published

from .conftest import crm
from .shops import Shop, make_workspace

pytestmark = pytest.mark.slow


def _shop(tmp_path: Path, rows: list[str]) -> Path:
    def fill(folder: Path) -> None:
        (folder / "orders.csv").write_text("\n".join(["customer,date,amount", *rows, ""]), encoding="utf-8")

    return make_workspace(
        tmp_path / "shop", Shop("odd", fill, {"order_lines": "orders.csv"}), "en", resource("notebooks")
    )


def test_one_customer_only(tmp_path: Path) -> None:
    root = _shop(tmp_path, [f"A1,2024-{month:02}-10,{100 + month}" for month in range(1, 13)])
    done = crm("run", str(root))
    assert done.returncode == 0, done.stderr
    report = latest_published(root / "reports" / "odd")
    assert report is not None
    answers = [json.loads(p.read_text("utf-8"))["answer"] for p in sorted((report.path / "notes").glob("*.json"))]
    assert len(answers) == 8
    assert "too little data" in answers[2]
    assert "Nothing clears its cost" in (report.path / "index.html").read_text("utf-8")


def test_one_day_only(tmp_path: Path) -> None:
    root = _shop(tmp_path, [f"A{n},2024-06-03,{10 + n}" for n in range(80)])
    done = crm("run", str(root))
    assert done.returncode == 3
    (line,) = [line for line in done.stderr.splitlines() if "Step 02" in line]
    assert "None of the 80 customers bought again" in line
    assert "Take a longer period." in line
    assert "Traceback" not in done.stderr
    assert latest_published(root / "reports" / "odd") is None


def test_all_customers_unknown(tmp_path: Path) -> None:
    root = _shop(tmp_path, [f",2024-06-{day:02},10" for day in range(1, 29)])
    done = crm("run", str(root))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "none of 28 rows can be used" in done.stderr
    assert "The customer is not known" in done.stderr


def test_the_same_order_number_in_two_files_is_no_duplicate_unless_its_lines_are(tmp_path: Path) -> None:
    root = _shop(tmp_path, ["A1,2024-06-01,10"])
    head = "customer,date,amount,order number,sku"
    for name, lines in {
        "orders.csv": ["A1,2024-06-01,10,77,P1", "A1,2024-06-01,5,77,P2"],
        "orders2.csv": ["A1,2024-06-01,5,77,P2", "B2,2024-06-09,7,77,P1"],
    }.items():
        (root / "data" / name).write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    text = (root / "crm.toml").read_text("utf-8").replace("data/orders.csv", "data/orders*.csv")
    columns = 'columns = { order_id = "order number", product_id = "sku" }\n'
    (root / "crm.toml").write_text(text + columns, encoding="utf-8")
    done = crm("build", str(root))
    assert done.returncode == 0, done.stderr
    assert "3 order lines kept, 1 set aside." in done.stdout

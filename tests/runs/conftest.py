"""Small shops made by a seeded generator, and their published reports, each made once a session."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@dataclass(frozen=True)
class Workspace:
    """A folder with crm.toml and its newest report."""

    root: Path
    report: Path


def crm(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    command = [sys.executable, "-c", "from crm_analysis.cli import main; main()", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=280, check=False)


def small_shop(folder: Path, customers: int = 300, seed: int = 7) -> None:
    """Order lines with products, returns and a product that would start a formula; customers with false persons."""
    rng = np.random.default_rng(seed)
    names = ["Milk", "Bread", "Tea", "Soap", "=cmd|' /C calc'!A0", "Cheese", "Rice", "Apples", "Eggs", "Candles"]
    products = pd.DataFrame(
        {
            "product_id": [f"P{n}" for n in range(len(names))],
            "name": names,
            "category": ["food"] * 3 + ["home"] * 2 + ["food"] * 4 + ["home"],
        }
    )
    rows = []
    start = pd.Timestamp("2023-01-02")
    for number in range(customers):
        day = int(rng.integers(0, 400))
        gap = rng.gamma(2, 15) + 4
        order = 0
        while day < 540:
            order += 1
            for product in rng.choice(len(names), size=int(rng.integers(1, 4)), replace=False):
                price = 100 * (int(rng.gamma(3, 40)) + 10)
                rows.append((f"C{number:04}", start + pd.Timedelta(days=day, hours=int(rng.integers(8, 20))),
                             f"O{number:04}-{order}", f"P{product}", 1, price))  # fmt: skip
            if rng.random() < 0.05:
                last = rows[-1]
                rows.append((last[0], last[1] + pd.Timedelta(hours=2), last[2], last[3], -1, last[5]))
            if rng.random() < 0.08:
                break
            day += int(rng.exponential(gap)) + 1
    columns = ["customer_id", "ordered_at", "order_id", "product_id", "quantity", "unit_price"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "orders.csv", index=False)
    products.to_csv(folder / "products.csv", index=False)
    ids = [f"C{n:04}" for n in range(customers)]
    people = pd.DataFrame(
        {
            "customer_id": ids,
            "name": [f"Zebulon Quux{n}" for n in range(customers)],
            "email": [f"zq{n}@planted.example" for n in range(customers)],
            "phone": [f"010-7777-{n:04}" for n in range(customers)],
            "address": [f"{n} Planted Lane" for n in range(customers)],
        }
    )
    people.to_csv(folder / "customers.csv", index=False)
    targets = pd.DataFrame({"campaign_id": "K1", "customer_id": ids[::2]})
    targets.to_csv(folder / "targets.csv", index=False)
    campaign = {"campaign_id": ["K1"], "name": ["Spring"], "starts_on": ["2023-10-01"], "ends_on": ["2023-10-31"]}
    pd.DataFrame(campaign).to_csv(folder / "campaigns.csv", index=False)


def three_columns(folder: Path, customers: int = 200, seed: int = 3) -> None:
    """Who, when, how much, and nothing else."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        days = np.cumsum(rng.exponential(30, int(rng.geometric(0.2)))) + rng.integers(0, 200)
        rows += [(f"K{number}", d, 100 * (int(rng.gamma(2, 150)) + 10)) for d in days if d < 420]
    frame = pd.DataFrame(rows, columns=["customer", "date", "amount"])
    frame["date"] = (pd.Timestamp("2024-01-01") + pd.to_timedelta(frame["date"].astype(int), unit="D")).dt.date
    frame.to_csv(folder / "orders.csv", index=False)


def settings_text(name: str, lang: str, *, tables: bool) -> str:
    """crm.toml of a test shop."""
    lines = ["[project]", f'name = "{name}"', 'currency = "KRW"', f'lang = "{lang}"', "[sources.order_lines]",
             'path = "data/orders.csv"']  # fmt: skip
    if tables:
        for table in ("products", "customers", "campaigns"):
            lines += [f"[sources.{table}]", f'path = "data/{table}.csv"']
        lines += ["[sources.campaign_targets]", 'path = "data/targets.csv"']
    return "\n".join([*lines, ""])


def make_workspace(root: Path, lang: str, fill: Callable[[Path], None], *, tables: bool) -> Path:
    """A workspace with data and notebooks, not run yet."""
    (root / "data").mkdir(parents=True)
    fill(root / "data")
    (root / "crm.toml").write_text(settings_text("test shop", lang, tables=tables), encoding="utf-8")
    target = root / "notebooks"
    target.mkdir()
    for notebook in NOTEBOOKS.glob("*.ipynb"):
        (target / notebook.name).write_bytes(notebook.read_bytes())
    return root


def published(root: Path) -> Path:
    """Run a workspace and return the folder of its report."""
    done = crm("run", str(root))
    assert done.returncode == 0, done.stdout + done.stderr
    return next(p.parent for p in (root / "reports").glob("*/*/index.html"))


def _workspace(
    tmp: pytest.TempPathFactory, name: str, lang: str, fill: Callable[[Path], None], *, tables: bool
) -> Workspace:
    root = make_workspace(tmp.mktemp(name) / "shop", lang, fill, tables=tables)
    return Workspace(root, published(root))


@pytest.fixture(scope="session")
def english(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The small shop in English."""
    return _workspace(tmp_path_factory, "en", "en", small_shop, tables=True)


@pytest.fixture(scope="session")
def korean(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The small shop in Korean."""
    return _workspace(tmp_path_factory, "ko", "ko", small_shop, tables=True)


@pytest.fixture(scope="session")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The small shop in the pseudo language."""
    return _workspace(tmp_path_factory, "xx", "xx", small_shop, tables=True)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The three-column shop in English."""
    return _workspace(tmp_path_factory, "plain", "en", three_columns, tables=False)

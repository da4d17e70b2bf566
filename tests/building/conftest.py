"""A shop whose files come and go: each call of ``shop`` reads crm.toml anew, as the next build would."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.project import Project, open_project
from crm_analysis.warehouse import Engine, collect, open_engine

HEAD = "customer_id,date,order_id,product_id,quantity,amount"
JANUARY = ("c1,2024-01-05,o1,p1,1,10.00", "c1,2024-01-05,o1,p2,2,5.50", "c2,2024-01-20,o2,p1,1,10.00")
FEBRUARY = ("c2,2024-02-11,o3,p1,1,10.00", "c3,2024-02-12,o4,p2,1,2.75")


class Shop:
    """A workspace with order lines in ``lines/`` and products."""

    def __init__(self, root: Path, engine: Engine) -> None:
        self.root, self.engine, self._minute = root, engine, 0
        (root / "lines").mkdir()
        (root / "crm.toml").write_text('[sources.order_lines]\npath = "lines/*"\n', encoding="utf-8")

    def put(self, name: str, lines: Iterable[str], head: str = HEAD, folder: str = "lines") -> Path:
        """Write a file that is newer than all before it."""
        file = self.root / folder / name
        file.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
        self.date(file)
        return file

    def date(self, file: Path, minute: int | None = None) -> None:
        """Set when a file was changed last, in minutes; by default later than all before."""
        self._minute += 1
        moment = 1_700_000_000 + 60 * (self._minute if minute is None else minute)
        os.utime(file, (moment, moment))

    def open(self, engine: Engine | None = None, **overrides: object) -> Project:
        """The project; settings with two underscores for a dot."""
        named = {key.replace("__", "."): value for key, value in overrides.items()}
        return open_project(self.root, named, engine or self.engine)

    def lines(self, project: Project | None = None, table: str = "order_lines") -> pd.DataFrame:
        """The rows of a table in a fixed order, without when they came."""
        frame = collect((project or self.open()).table(table)).drop(columns=["load_id", "known_from"])
        return frame.sort_values(list(frame.columns), ignore_index=True)

    def amounts(self) -> dict[str, list[float]]:
        """Amounts per order number."""
        rows = self.lines()
        return {str(order): sorted(group["amount"]) for order, group in rows.groupby("order_id")}


@pytest.fixture(scope="session")
def duckdb() -> Engine:
    return open_engine("duckdb")


@pytest.fixture
def shop(tmp_path: Path, duckdb: Engine) -> Shop:
    return Shop(tmp_path, duckdb)


@pytest.fixture
def make_shop(tmp_path_factory: pytest.TempPathFactory, duckdb: Engine) -> Callable[[], Shop]:
    return lambda: Shop(tmp_path_factory.mktemp("shop"), duckdb)

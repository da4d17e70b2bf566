"""Order lines staged from a text, and what cleaning makes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_analysis.cleaning import MarkedLines, mark_lines, monthly_agreement
from crm_analysis.config import CleaningSettings, SourceSettings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.ingest import Source, Staged, open_source, stage
from crm_analysis.warehouse import Engine, collect, open_engine

TODAY = "2026-01-01"


class Desk:
    """A folder with sources, read by one engine."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder

    def write(self, name: str, text: str, encoding: str = "utf-8") -> None:
        (self.folder / name).write_bytes(text.encode(encoding))

    def open(self, path: str | None = "lines.csv", *, into: str = "order_lines", **settings: Any) -> Source:
        chosen = SourceSettings(path=path, **settings)
        return open_source(
            SOURCE_TABLES[into], chosen, self.engine, root=self.folder, scratch=self.folder / "scratch" / into
        )

    def stage(self, path: str | None = "lines.csv", *, into: str = "order_lines", **settings: Any) -> Staged:
        source = self.open(path, into=into, **settings)
        return stage(source, self.engine, time_zone="UTC", pseudonym_key="key")

    def rows(self, text: str, **settings: Any) -> pd.DataFrame:
        """Staged order lines of a CSV, by order, product and falling amount."""
        self.write("lines.csv", text)
        found = collect(self.stage(**settings).rows)
        return found.sort_values(["order_id", "product_id", "amount"], ascending=[True, True, False], ignore_index=True)

    def clean(self, staged: Staged, **settings: Any) -> MarkedLines:
        return mark_lines(staged.rows, CleaningSettings(**settings), mapped=set(staged.mapping), today=TODAY)

    def months(self, staged: Staged, **settings: Any) -> pd.DataFrame:
        return monthly_agreement(self.clean(staged, **settings))


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    """Sources read by both engines."""
    return Desk(engine, tmp_path)


@pytest.fixture(scope="session")
def embedded() -> Engine:
    return open_engine("duckdb")


@pytest.fixture
def desk_duckdb(embedded: Engine, tmp_path: Path) -> Desk:
    """Sources read by DuckDB alone, for what no engine decides."""
    return Desk(embedded, tmp_path)


@pytest.fixture
def by_order() -> Callable[[pd.DataFrame, str], dict[str, float]]:
    return lambda rows, column: rows.groupby("order_id")[column].sum().round(6).to_dict()

"""Of large sources a sample is read that stands for all of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from crm_analysis.config import SourceSettings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.ingest import Sample, Source, open_source, stage
from crm_analysis.warehouse import Engine, collect
from tests.ingest.conftest import Desk

SMALL = Sample(text_bytes=1 << 20, rows=5_000, grid_rows=300)


def lines(count: int) -> pd.DataFrame:
    """A line every 9 minutes, alike in every month."""
    return pd.DataFrame(
        {
            "order": [f"o{i // 2}" for i in range(count)],
            "customer": [f"c{i % 997}" for i in range(count)],
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(count) * 9, unit="min"),
            "amount": 1.0 + np.arange(count) % 7,
        }
    )


def sampled(engine: Engine, folder: Path, **settings: object) -> Source:
    chosen = SourceSettings(**settings)  # type: ignore[arg-type]
    return open_source(
        SOURCE_TABLES["order_lines"], chosen, engine, root=folder, scratch=folder / "scratch", sample=SMALL
    )


def months(source: Source, engine: Engine) -> pd.Series:
    rows = stage(source, engine, time_zone="UTC", pseudonym_key="key").rows
    frame = collect(rows)
    assert frame["parse_problem"].isna().all(), "no line is cut"
    assert source.share is not None
    return frame.groupby(frame["ordered_at"].dt.strftime("%Y-%m"))["amount"].sum() / source.share


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_large_file_is_sampled_over_its_whole_length(embedded: Engine, tmp_path: Path, encoding: str) -> None:
    frame = lines(200_000).assign(memo="사과 상자")
    frame.to_csv(tmp_path / "lines.csv", index=False, encoding=encoding)
    source = sampled(embedded, tmp_path, path="lines.csv")
    assert source.share == pytest.approx((1 << 20) / (tmp_path / "lines.csv").stat().st_size, rel=0.1)
    assert source.files[0].encoding == encoding
    found = months(source, embedded)
    true = frame.groupby(frame["date"].dt.strftime("%Y-%m"))["amount"].sum()
    assert list(found.index) == list(true.index), "the first and the last month are seen"
    whole = (found / true).iloc[1:-1]
    assert whole.between(0.85, 1.15).all(), whole


def test_a_text_with_lines_inside_quotes_is_read_from_its_beginning(embedded: Engine, tmp_path: Path) -> None:
    lines(60_000).assign(memo="two\nlines").to_csv(tmp_path / "lines.csv", index=False)
    source = sampled(embedded, tmp_path, path="lines.csv")
    assert source.share is not None
    assert 0 < source.share < 0.5
    assert months(source, embedded).index[0] == "2024-01"


def test_utf_16_is_cut_between_characters(embedded: Engine, tmp_path: Path) -> None:
    lines(30_000).to_csv(tmp_path / "lines.csv", index=False, encoding="utf-16")
    source = sampled(embedded, tmp_path, path="lines.csv")
    assert source.share is not None
    assert 0.2 < source.share < 0.9
    months(source, embedded)


def test_parquet_is_sampled_by_row_groups(embedded: Engine, tmp_path: Path) -> None:
    frame = lines(100_000)
    frame.to_parquet(tmp_path / "lines.parquet", index=False, row_group_size=2_000)
    source = sampled(embedded, tmp_path, path="lines.parquet")
    assert source.share == pytest.approx(0.05, rel=0.2)
    found = months(source, embedded)
    assert found.index[0] == "2024-01"
    assert found.index[-1] == frame["date"].max().strftime("%Y-%m")


def test_many_files_share_the_limit(embedded: Engine, tmp_path: Path) -> None:
    (tmp_path / "sales").mkdir()
    frame = lines(120_000)
    for number, part in frame.groupby(frame.index // 30_000):
        part.to_csv(tmp_path / "sales" / f"{number}.csv", index=False)
    source = sampled(embedded, tmp_path, path="sales/*.csv")
    assert [file.label for file in source.files] == [f"sales/{i}.csv" for i in range(4)]
    assert source.share is not None
    assert source.share < 0.5
    assert len(months(source, embedded)) == frame["date"].dt.strftime("%Y-%m").nunique()


def test_the_first_rows_of_a_workbook(embedded: Engine, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["order", "customer", "date", "amount"])
    for i in range(1_000):
        book.active.append([f"o{i}", "A", "2025-06-09", 1])
    book.save(tmp_path / "lines.xlsx")
    source = sampled(embedded, tmp_path, path="lines.xlsx")
    assert source.share is None
    assert stage(source, embedded, time_zone="UTC", pseudonym_key="key").row_count == 300


def test_small_sources_are_read_whole(desk_duckdb: Desk) -> None:
    desk_duckdb.write("lines.csv", "customer,date,amount\nA,2025-06-09,1\n")
    source = sampled(desk_duckdb.engine, desk_duckdb.folder, path="lines.csv")
    assert source.share == 1.0
    assert source.files[0].path == desk_duckdb.folder / "lines.csv"


def test_a_workbook_that_does_not_state_its_size_is_not_read_through_for_it(
    desk_duckdb: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    for row in (["customer", "date", "amount"], ["A", "2025-06-09", 1]):
        page.append(row)
    book.save(desk_duckdb.folder / "lines.xlsx")

    def refused(_self: object) -> None:
        raise AssertionError("a pass over the whole sheet")

    monkeypatch.setattr("openpyxl.worksheet._reader.WorkSheetParser.parse_dimensions", refused)
    assert desk_duckdb.stage("lines.xlsx").row_count == 1
    with pytest.raises(AssertionError, match="a pass over the whole sheet"):
        openpyxl.load_workbook(desk_duckdb.folder / "lines.xlsx", read_only=True)

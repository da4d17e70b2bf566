"""Sources to warehouse: loading twice changes nothing, refusals leave the last version, all is recorded."""

from __future__ import annotations

import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.errors import CleaningError, ConfigError, CrmError, IngestError
from crm_analysis.project import Project, open_project
from crm_analysis.warehouse import Engine, collect, open_engine

LINES = """customer_id,date,order_id,product_id,quantity,amount
c1,2024-01-05,o1,p1,1,10.00
c1,2024-01-05,o1,p2,2,5.50
c2,2024-02-10,o2,p1,1,10.00
c2,2024-02-11,o3,p1,-1,-10.00
,2024-02-12,o4,p1,1,10.00
c3,2024-03-01,o5,p1,1,10.00
"""
PRODUCTS = "product_id,name,category\np1,Tea,Kitchen\np2,Cup,Kitchen\np2,Mug,Kitchen\n"
Open = Callable[..., Project]


@pytest.fixture(scope="module")
def duckdb() -> Engine:
    return open_engine("duckdb")


@pytest.fixture
def shop(tmp_path: Path, duckdb: Engine) -> Open:
    """A workspace with order lines and products; each call reads the settings anew."""
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "a.csv").write_text(LINES, encoding="utf-8")
    (tmp_path / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    (tmp_path / "crm.toml").write_text(
        '[project]\nname = "shop"\n[sources.order_lines]\npath = "lines/*.csv"\n'
        '[sources.products]\npath = "products.csv"\n',
        encoding="utf-8",
    )

    def opened(engine: Engine = duckdb, **overrides: object) -> Project:
        return open_project(tmp_path, {key.replace("__", "."): value for key, value in overrides.items()}, engine)

    return opened


def _rows(project: Project, table: str = "order_lines") -> pd.DataFrame:
    frame = collect(project.table(table))
    return frame.sort_values(list(frame.columns[:6]), ignore_index=True)


def test_a_first_build_on_either_engine(shop: Open, engine: Engine) -> None:
    project = shop(engine)
    result = project.build()
    assert result.changed
    ledger = result.cleaning_ledger.set_index(["table", "rule"])["rows"]
    assert ledger["order_lines", "kept"] == 5
    assert ledger["order_lines", "no_customer"] == 1
    assert ledger["order_lines", "netted_cancellation"] == 2
    assert ledger["products", "duplicate_key"] == 1
    lines = _rows(project)
    assert lines["amount"].sum() == 25.5
    assert sorted(lines.loc[lines["netted"], "order_id"]) == ["o2", "o3"]
    assert _rows(project, "products")["name"].tolist() == ["Tea", "Cup"]
    assert _rows(project, "quarantine_products")["rule"].tolist() == ["duplicate_key"]
    months = collect(project.table("monthly_agreement")).sort_values("month")
    assert months["raw_amount"].tolist() == [15.5, 10.0, 10.0]
    assert months["sales_amount"].tolist() == [15.5, 0.0, 10.0]
    assert months["no_customer"].tolist() == [0.0, -10.0, 0.0]
    loads = result.load_ledger.set_index("table")
    assert loads["rows_read"].to_dict() == {"order_lines": 6, "products": 3}
    assert loads["source"].tolist() == ["a.csv", "products.csv"]
    assert loads["sha256"].str.len().tolist() == [64, 64]
    assert "customer_id = customer_id" in loads.loc["order_lines", "mapped"]


def test_loading_twice_changes_nothing(shop: Open) -> None:
    first = shop()
    built = first.build()
    versions = first.warehouse.versions()
    again = shop().build()
    assert not again.changed
    assert shop().warehouse.versions() == versions
    pd.testing.assert_frame_equal(again.cleaning_ledger, built.cleaning_ledger)
    pd.testing.assert_frame_equal(again.load_ledger, built.load_ledger)
    forced = shop().build(force=True)
    assert forced.changed
    pd.testing.assert_frame_equal(forced.cleaning_ledger, built.cleaning_ledger)


def test_the_same_bytes_under_two_names_count_once(shop: Open, tmp_path: Path) -> None:
    project = shop()
    project.build()
    before = _rows(project)
    shutil.copy(tmp_path / "lines" / "a.csv", tmp_path / "lines" / "b.csv")
    result = shop().build()
    pd.testing.assert_frame_equal(_rows(shop()), before)
    loads = result.load_ledger[result.load_ledger["table"] == "order_lines"].set_index("source")
    assert loads["already_loaded"].to_dict() == {"a.csv": False, "b.csv": True}
    assert loads["rows_read"].to_dict() == {"a.csv": 6, "b.csv": 0}
    assert not shop().build().changed


def test_extracts_that_overlap_add_only_what_is_new(shop: Open, tmp_path: Path) -> None:
    head, *rows = LINES.strip().split("\n")
    later = "\n".join([head, *rows[-2:], "c9,2024-04-01,o6,p1,1,99.00"]) + "\n"
    (tmp_path / "lines" / "b.csv").write_text(later, encoding="utf-8")
    ledger = shop().build().cleaning_ledger.set_index(["table", "rule"])["rows"]
    assert ledger["order_lines", "in_two_files"] == 2
    assert ledger["order_lines", "kept"] == 6
    assert _rows(shop())["amount"].sum() == 124.5


@pytest.mark.parametrize(
    "change",
    [
        {"cleaning__unknown_customers": ["c3"]},
        {"project__time_zone": "Asia/Seoul"},
        {"sources__order_lines__columns": {"product_name": "product_id"}},
    ],
    ids=["rules", "time zone", "mapping"],
)
def test_other_settings_are_another_build(shop: Open, change: dict[str, object]) -> None:
    shop().build()
    assert shop(**change).build().changed
    assert not shop(**change).build().changed


def test_settings_that_touch_no_table_are_not(shop: Open) -> None:
    shop().build()
    assert not shop(project__lang="en", analysis__horizon_days=30, decisions__budget=5.0).build().changed


def test_a_changed_file_is_loaded_anew(shop: Open, tmp_path: Path) -> None:
    shop().build()
    (tmp_path / "lines" / "a.csv").write_text(LINES + "c4,2024-03-02,o6,p1,1,1.00\n", encoding="utf-8")
    assert shop().build().changed
    assert len(_rows(shop())) == 6


def test_a_table_taken_out_is_empty_afterwards(shop: Open, tmp_path: Path) -> None:
    shop().build()
    assert shop().has("products")
    (tmp_path / "crm.toml").write_text('[sources.order_lines]\npath = "lines/*.csv"\n', encoding="utf-8")
    assert shop().build().changed
    assert not shop().has("products")
    assert "category" in shop().table("products").columns


REFUSED: dict[str, tuple[dict[str, object], type[CrmError], str]] = {
    "nobody known": ({"cleaning__unknown_customers": ["c1", "c2", "c3"]}, CleaningError, "none of 6 rows can be used"),
    "unknown table": ({"sources__ordr_lines__path": "x.csv"}, ConfigError, "table 'ordr_lines' is not part of the"),
    "unknown data set": ({"project__dataset": "nowhere"}, ConfigError, "Data set 'nowhere' is not known. Known: "),
    "a file that is not there": ({"sources__products__path": "gone.csv"}, IngestError, "gone.csv"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_leaves_every_table_as_it_was(shop: Open, case: str) -> None:
    change, error, message = REFUSED[case]
    project = shop()
    project.build()
    before = {name: v for name, v in project.warehouse.versions().items() if name != "build_log"}
    with pytest.raises(error, match=message):
        shop(**change).build()
    after = {name: v for name, v in project.warehouse.versions().items() if name != "build_log"}
    assert after == before
    assert not list(project.warehouse.folder.glob(".build-*")), "the scratch folder is gone"


def test_a_bad_second_table_leaves_the_first_as_it_was(shop: Open, tmp_path: Path) -> None:
    project = shop()
    project.build()
    before = project.warehouse.versions()["order_lines"]
    (tmp_path / "lines" / "a.csv").write_text(LINES + "c4,2024-03-02,o6,p1,1,1.00\n", encoding="utf-8")
    (tmp_path / "campaigns.csv").write_text(
        "campaign_id,start_date,end_date\nk1,03/04/2024,05/04/2024\nk2,06/07/2024,07/07/2024\n", encoding="utf-8"
    )
    with pytest.raises(IngestError, match=r"campaigns.csv"):
        shop(sources__campaigns__path="campaigns.csv").build()
    assert project.warehouse.versions()["order_lines"] == before


def test_mixed_currencies_are_refused_before_anything_is_written(shop: Open, tmp_path: Path) -> None:
    head, *rows = LINES.strip().split("\n")
    mixed = [f"{head},currency", *(f"{row},{'KRW' if n else 'EUR'}" for n, row in enumerate(rows))]
    (tmp_path / "lines" / "a.csv").write_text("\n".join(mixed) + "\n", encoding="utf-8")
    with pytest.raises(CleaningError, match=r"column 'currency' holds EUR \(1\), KRW \(4\)"):
        shop().build()
    assert set(shop().warehouse.versions()) == {"build_log"}


def test_order_lines_are_needed(shop: Open, tmp_path: Path) -> None:
    (tmp_path / "crm.toml").write_text('[sources.products]\npath = "products.csv"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"says nothing about order lines.*\[sources.order_lines\]"):
        shop().build()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_build_killed_between_two_tables_is_done_again(shop: Open, tmp_path: Path) -> None:
    project = shop()
    project.build()
    (tmp_path / "lines" / "a.csv").write_text(LINES + "c4,2024-03-02,o6,p1,1,1.00\n", encoding="utf-8")
    (tmp_path / "products.csv").write_text(PRODUCTS + "p3,Pot,Kitchen\n", encoding="utf-8")
    program = f"""
import os, signal
from crm_analysis.project import open_project
from crm_analysis.warehouse import delta
plain = delta.commit
def commit(folder, *rest):
    if folder.name == "products":
        os.kill(os.getpid(), signal.SIGKILL)
    return plain(folder, *rest)
delta.commit = commit
open_project({str(tmp_path)!r}).build()
"""
    died = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert len(_rows(shop())) == 6, "the first table was written"
    assert shop().build().changed, "a build that was not finished is not taken for current"
    assert _rows(shop(), "products")["name"].tolist() == ["Tea", "Cup", "Pot"]
    assert not shop().build().changed


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files")
def test_ids_that_name_a_person_become_pseudonyms_with_a_key_of_its_own(shop: Open, tmp_path: Path) -> None:
    text = (
        LINES.replace("c1,", "ada@example.org,").replace("c2,", "bob@example.org,").replace("c3,", "eve@example.org,")
    )
    (tmp_path / "lines" / "a.csv").write_text(text, encoding="utf-8")
    project = shop()
    project.build()
    key = project.warehouse.folder / "pseudonym.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    ids = _rows(project)["customer_id"]
    assert ids.nunique() == 3
    assert not ids.str.contains("@").any()
    for file in project.warehouse.folder.rglob("*.json"):
        assert "example.org" not in file.read_text(encoding="utf-8")
    shop().build(force=True)
    assert set(_rows(shop())["customer_id"]) == set(ids), "the key stays"


def test_what_is_filled_is_known(shop: Open) -> None:
    project = shop()
    project.build()
    assert project.filled("order_lines", "product_id")
    assert not project.filled("order_lines", "unit_cost")
    assert not project.filled("campaigns", "campaign_id")
    assert project.has("order_lines")
    assert not project.has("quarantine_order_line")

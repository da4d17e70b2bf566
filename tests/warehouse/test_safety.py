"""Killed writes, two writers, readers during a write, foreign tables, and what the log may not hold."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import ibis
import pandas as pd
import pytest

from crm_analysis.errors import WarehouseError
from crm_analysis.warehouse import SCHEMA_VERSION, Engine, Warehouse, collect, open_engine

PRELUDE = """
import os, signal, sys, time
from pathlib import Path
import pandas as pd
from crm_analysis.warehouse import Warehouse, delta, open_engine
warehouse = Warehouse(Path(sys.argv[1]), open_engine("duckdb"))
def die(*args, **more):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def duckdb() -> Iterator[Engine]:
    engine = open_engine("duckdb")
    yield engine
    engine.close()


@pytest.fixture
def warehouse(duckdb: Engine, tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "warehouse", duckdb)
    with made.lock():
        made.write_frame("t", pd.DataFrame({"a": [1, 2]}))
    return made


def _start(warehouse: Warehouse, program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + program, str(warehouse.folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


KILLED = {
    "before the commit": "delta.commit = die",
    "inside the commit": "delta.create_table_with_add_actions = die\ndelta.DeltaTable.create_write_transaction = die",
}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("moment", KILLED)
@pytest.mark.parametrize("table", ["t", "fresh"])
def test_a_killed_write_leaves_the_last_version_and_frees_the_lock(
    warehouse: Warehouse, moment: str, table: str
) -> None:
    program = f"""
{KILLED[moment]}
with warehouse.lock():
    rows = warehouse.read("t")
    warehouse.write("{table}", rows.mutate(a=rows["a"] * 100))
"""
    died = _start(warehouse, program)
    assert died.wait(timeout=60) == -signal.SIGKILL, died.stderr.read() if died.stderr else ""
    orphans = list((warehouse.folder / table).glob("*.parquet"))
    assert len(orphans) == (2 if table == "t" else 1), "the files were written before the process died"
    assert sorted(collect(warehouse.read("t"))["a"]) == [1, 2]
    assert warehouse.versions() == {"t": 0}
    with warehouse.lock(wait_seconds=1):
        warehouse.write_frame(table, pd.DataFrame({"a": [7]}))
    assert collect(warehouse.read(table))["a"].tolist() == [7]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_log_entry_cut_short_never_becomes_a_version(warehouse: Warehouse) -> None:
    """The commit appears by one rename: what a killed process leaves beside it is not read."""
    log = warehouse.folder / "t" / "_delta_log"
    (log / "_commit_0d5b.json.tmp").write_text('{"add": {"path": "part_ghost.parq', encoding="utf-8")
    assert sorted(collect(warehouse.read("t"))["a"]) == [1, 2]
    assert warehouse.write_frame("t", pd.DataFrame({"a": [3]})) == 1
    assert collect(warehouse.read("t"))["a"].tolist() == [3]


def test_orphan_files_are_not_read_and_swept_only_when_old(warehouse: Warehouse) -> None:
    folder = warehouse.folder / "t"
    named = next(folder.glob("*.parquet"))
    orphan = folder / "part_orphan.parquet"
    orphan.write_bytes(named.read_bytes())
    assert sorted(collect(warehouse.read("t"))["a"]) == [1, 2]
    assert warehouse.sweep() == 0
    assert orphan.exists()
    long_ago = time.time() - 30 * 86400
    for file in (orphan, named):
        os.utime(file, (long_ago, long_ago))
    assert warehouse.sweep() == 1
    assert not orphan.exists()
    assert sorted(collect(warehouse.read("t"))["a"]) == [1, 2]


def test_a_version_replaced_a_moment_ago_is_kept_however_old_its_files_are(warehouse: Warehouse) -> None:
    """A run that opened it still reads it."""
    opened = warehouse.read("t")
    first = next((warehouse.folder / "t").glob("*.parquet"))
    long_ago = time.time() - 30 * 86400
    os.utime(first, (long_ago, long_ago))
    warehouse.write_frame("t", pd.DataFrame({"a": [7]}))
    warehouse.write_frame("t", pd.DataFrame({"a": [8]}))
    assert warehouse.sweep() == 0
    assert sorted(collect(opened)["a"]) == [1, 2]
    time.sleep(0.05)
    assert warehouse.sweep(older_than_seconds=0) == 2, "nothing is kept of what was replaced before now"
    assert collect(warehouse.read("t"))["a"].tolist() == [8]


def test_prepared_rows_are_no_version_until_they_are_committed(warehouse: Warehouse) -> None:
    rows = warehouse.read("t")
    prepared = warehouse.prepare("t", rows.mutate(a=rows["a"] * 10))
    assert sorted(collect(prepared.rows)["a"]) == [10, 20]
    assert sorted(collect(warehouse.read("t"))["a"]) == [1, 2]
    assert warehouse.commit(prepared, "append", {"why": "more"}) == 1
    assert sorted(collect(warehouse.read("t"))["a"]) == [1, 2, 10, 20]
    assert warehouse.note("t")["why"] == "more"
    assert warehouse.size("t") == (4, 2)
    other = warehouse.prepare("t", rows)
    warehouse.discard(other)
    assert warehouse.size("t") == (4, 2)
    assert len(list((warehouse.folder / "t").glob("*.parquet"))) == 2


def test_sweeping_a_relative_folder_keeps_what_is_read(
    warehouse: Warehouse, duckdb: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(warehouse.folder.parent)
    relative = Warehouse(Path("warehouse"), duckdb)
    assert relative.sweep(older_than_seconds=-60) == 0
    assert sorted(collect(relative.read("t"))["a"]) == [1, 2]


def test_the_second_writer_waits_for_the_first(warehouse: Warehouse) -> None:
    holder = _start(
        warehouse,
        """
with warehouse.lock():
    print("held", flush=True)
    time.sleep(1.5)
    warehouse.write_frame("t", pd.DataFrame({"a": [10]}), mode="append")
""",
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "held"
    refused = pytest.raises(WarehouseError, match=r"Another process has been writing to this warehouse for 0 s")
    with refused, warehouse.lock(wait_seconds=0.1):
        pytest.fail("two writers at once")
    with warehouse.lock(wait_seconds=60):
        assert sorted(collect(warehouse.read("t"))["a"]) == [1, 2, 10], "the first had finished"
        warehouse.write_frame("t", pd.DataFrame({"a": [20]}), mode="append")
    assert holder.wait(timeout=30) == 0
    assert sorted(collect(warehouse.read("t"))["a"]) == [1, 2, 10, 20]


def test_a_reader_sees_the_version_it_opened_while_another_is_written(warehouse: Warehouse) -> None:
    opened = warehouse.read("t")
    with warehouse.lock():
        warehouse.write("t", opened.mutate(a=opened["a"] + 100))
        assert sorted(collect(opened)["a"]) == [1, 2]
        assert sorted(collect(warehouse.read("t"))["a"]) == [101, 102]
    assert sorted(collect(opened)["a"]) == [1, 2]


def test_readers_need_no_lock(warehouse: Warehouse) -> None:
    reader = """
print(warehouse.read("t").count().to_pandas(), flush=True)
"""
    with warehouse.lock():
        process = _start(warehouse, reader)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out.strip()) == (0, "2"), err


def test_a_newer_layout_is_refused_in_words(warehouse: Warehouse, duckdb: Engine) -> None:
    stamp = warehouse.folder / "warehouse.json"
    assert json.loads(stamp.read_text(encoding="utf-8")) == {"schema_version": SCHEMA_VERSION}
    stamp.write_text(json.dumps({"schema_version": SCHEMA_VERSION + 1}), encoding="utf-8")
    with pytest.raises(WarehouseError, match=rf"has layout {SCHEMA_VERSION + 1}, .*knows up to {SCHEMA_VERSION}\."):
        Warehouse(warehouse.folder, duckdb)


def test_deletion_vectors_of_another_program_are_refused(warehouse: Warehouse) -> None:
    log = warehouse.folder / "t" / "_delta_log"
    protocol = {
        "protocol": {
            "minReaderVersion": 3,
            "minWriterVersion": 7,
            "readerFeatures": ["deletionVectors", "timestampNtz"],
            "writerFeatures": ["deletionVectors", "timestampNtz"],
        }
    }
    (log / f"{1:020d}.json").write_text(json.dumps(protocol) + "\n", encoding="utf-8")
    with pytest.raises(WarehouseError, match="Table 't' was changed by another program that uses deletion vectors"):
        warehouse.read("t")


def test_the_log_holds_no_values(warehouse: Warehouse) -> None:
    people = pd.DataFrame({"customer_id": ["c-4711"], "name": ["Ada Byron"], "email": ["ada@example.org"]})
    with warehouse.lock():
        warehouse.write_frame("customers", people)
        rows = warehouse.read("customers")
        warehouse.write("customers", rows)
    log = "\n".join(
        f.read_text(encoding="utf-8") for f in (warehouse.folder / "customers" / "_delta_log").glob("*.json")
    )
    added = [json.loads(line)["add"] for line in log.split("\n") if line.startswith('{"add"')]
    assert [json.loads(entry["stats"]) for entry in added] == [{"numRecords": 1}, {"numRecords": 1}]
    for value in ("Ada", "Byron", "example.org", "4711"):
        assert value not in log


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
@pytest.mark.parametrize("how", ["expression", "frame"])
def test_a_full_disk_is_one_plain_sentence_and_leaves_the_last_version(
    warehouse: Warehouse, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit on the size of files stands for a full disk: the system refuses to write on."""
    big = ibis.range(0, 2_000_000).unnest().name("a").as_table()
    big = big.mutate(b=(big["a"] * 7919).cast("string").hexdigest("md5"))
    frame = pd.DataFrame({"a": [str(i * i) for i in range(200_000)]}) if how == "frame" else None
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with pytest.raises(WarehouseError, match="could not be written"):
            warehouse.write("t", big) if frame is None else warehouse.write_frame("t", frame)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert sorted(collect(warehouse.read("t"))["a"]) == [1, 2]
    assert warehouse.versions() == {"t": 0}


def test_a_folder_name_that_the_storage_misreads_is_refused(tmp_path: Path, duckdb: Engine) -> None:
    with pytest.raises(WarehouseError, match="whose name holds '%20'"):
        Warehouse(tmp_path / "sales%20data" / "warehouse", duckdb)
    Warehouse(tmp_path / "50% off, 한글 folder", duckdb)

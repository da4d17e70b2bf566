"""Two builds at once, and builds that are killed: readers see the last version, the next build goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.warehouse import collect

from .conftest import FEBRUARY, JANUARY, Shop

BUILD = "import sys; from crm_analysis import open_project; print(open_project(sys.argv[1]).build().changed)"
CORRECTED = ["c2,2024-01-20,o2,p1,1,12.00", *FEBRUARY]


def _start(root: Path, program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_at_once_end_with_the_same_tables(shop: Shop) -> None:
    shop.put("01.csv", JANUARY)
    shop.open().build()
    shop.put("02.csv", CORRECTED)
    both = [_start(shop.root, BUILD) for _ in range(2)]
    ends = [process.communicate(timeout=180) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert sorted(out.strip() for out, _err in ends) == ["False", "True"], "one builds, the other finds it done"
    assert shop.amounts() == {"o1": [5.5, 10.0], "o2": [12.0], "o3": [10.0], "o4": [2.75]}
    loads = collect(shop.open().table("loads"))
    assert loads["state"].tolist() == ["loaded", "loaded"]
    assert shop.open().warehouse.size("staged_order_lines")[0] == 6
    assert not shop.open().build().changed


MOMENTS = ["staged_order_lines", "loads", "history_order_lines", "order_lines", "quarantine_order_lines", "load_ledger"]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("table", MOMENTS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_the_commit_of_a_table(shop: Shop, table: str, when: str) -> None:
    shop.put("01.csv", JANUARY)
    first = shop.open()
    first.build()
    old = shop.lines()
    shop.put("02.csv", CORRECTED)
    program = f"""
import os, signal, sys
from crm_analysis import open_project
from crm_analysis.warehouse import delta
plain = delta.commit
def commit(folder, *rest):
    if folder.name == {table!r} and {when!r} == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    version = plain(folder, *rest)
    if folder.name == {table!r}:
        os.kill(os.getpid(), signal.SIGKILL)
    return version
delta.commit = commit
open_project(sys.argv[1]).build()
"""
    process = _start(shop.root, program)
    _out, err = process.communicate(timeout=180)
    assert process.returncode == -signal.SIGKILL, err
    written = MOMENTS.index(table) > MOMENTS.index("order_lines") or (table, when) == ("order_lines", "after")
    seen = shop.lines()
    assert len(seen) == (5 if written else 3), "a reader sees the whole of one version"
    if not written:
        pd.testing.assert_frame_equal(seen, old)
    assert shop.open().build().changed
    assert shop.amounts() == {"o1": [5.5, 10.0], "o2": [12.0], "o3": [10.0], "o4": [2.75]}
    history = collect(shop.open().table("history_order_lines"))
    assert history["amount"].tolist() == [10.0], "once, whatever was left behind"
    moment = history["known_from"].iloc[0].to_pydatetime()
    then = collect(shop.open().table("order_lines", as_of=moment)).drop(columns=["load_id", "known_from"])
    pd.testing.assert_frame_equal(then.sort_values(list(then.columns), ignore_index=True), old)
    assert not shop.open().build().changed

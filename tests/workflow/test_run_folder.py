from __future__ import annotations

import errno
import json
import re
from pathlib import Path

import pytest

from crm_analysis.errors import RunError
from crm_analysis.workflow.files import disk_full_as_run_error, read_json, write_json, write_text
from crm_analysis.workflow.run_folder import (
    RunFolder,
    check_free_space,
    latest_published,
    list_partial,
    list_published,
    new_run_id,
    update_latest,
)


def make(parent: Path, run_id: str, state: str | None = "done") -> RunFolder:
    folder = RunFolder(parent, run_id)
    folder.create()
    if state is not None:
        write_json(folder.partial / "manifest.json", {"state": state})
    return folder


OLD, NEW = "20250101-000000-aaaa", "20250102-000000-bbbb"


def test_run_id_is_sortable_by_time() -> None:
    assert re.fullmatch(r"20\d{6}-\d{6}-[0-9a-f]{4}", new_run_id())


def test_half_written_runs_are_never_listed(tmp_path: Path) -> None:
    make(tmp_path, OLD)
    (tmp_path / NEW).mkdir()
    make(tmp_path, "20250103-000000-cccc", state="running").publish()
    (tmp_path / "20250104-000000-dddd").mkdir()
    (tmp_path / "20250104-000000-dddd" / "manifest.json").write_text('{"state": "do')
    (tmp_path / "notes").mkdir()
    assert list_published(tmp_path) == []
    assert update_latest(tmp_path) is None
    assert [run.run_id for run in list_partial(tmp_path)] == [OLD]


def test_published_run_is_whole_and_latest_points_to_the_newest(tmp_path: Path) -> None:
    for run_id in (NEW, OLD):
        folder = make(tmp_path, run_id)
        write_text(folder.partial / "index.html", "x")
        assert folder.publish() == tmp_path / run_id
        assert not folder.partial.exists()
        update_latest(tmp_path)
    assert [run.run_id for run in list_published(tmp_path)] == [NEW, OLD]
    assert json.loads((tmp_path / "latest.json").read_text()) == {"run": NEW, "schema_version": 1}
    newest = latest_published(tmp_path)
    assert newest is not None
    assert (newest.path / "index.html").read_text() == "x"


def test_latest_is_the_run_finished_last_also_if_it_began_first(tmp_path: Path) -> None:
    for run_id, finished_at in ((OLD, "2025-01-03T00:00:00+00:00"), (NEW, "2025-01-02T00:10:00+00:00")):
        folder = make(tmp_path, run_id)
        write_json(folder.partial / "manifest.json", {"state": "done", "finished_at": finished_at})
        folder.publish()
    assert update_latest(tmp_path) == OLD


def test_missing_folder_has_no_runs(tmp_path: Path) -> None:
    assert list_published(tmp_path / "none") == []
    assert list_partial(tmp_path / "none") == []


def test_failed_write_keeps_the_old_file_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"n": 1})

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RunError, match="The disk that holds .* is full"), disk_full_as_run_error(tmp_path):
        write_json(path, {"n": 2})
    assert read_json(path) == {"n": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_other_errors_pass_the_check_of_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="none"), disk_full_as_run_error(tmp_path):
        (tmp_path / "none").read_text()


def test_too_little_space_is_refused_before_a_run(tmp_path: Path) -> None:
    check_free_space(tmp_path / "not" / "yet" / "there", needed_bytes=1)
    with pytest.raises(RunError, match=r"a run needs 1,048,576,000,000 MB"):
        check_free_space(tmp_path / "reports", needed_bytes=1_048_576_000_000 * 1024**2)


def test_a_run_of_single_steps_is_listed_but_is_not_the_report(tmp_path: Path) -> None:
    for run_id, whole in ((OLD, True), (NEW, False)):
        folder = make(tmp_path, run_id)
        write_json(folder.partial / "manifest.json", {"state": "done", "whole": whole})
        folder.publish()
    assert update_latest(tmp_path) == OLD
    assert [run.run_id for run in list_published(tmp_path)] == [NEW, OLD]
    newest, base = latest_published(tmp_path), latest_published(tmp_path, whole=False)
    assert newest is not None
    assert base is not None
    assert (newest.run_id, base.run_id) == (OLD, NEW), "the next single step goes on from it"

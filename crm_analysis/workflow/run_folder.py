"""The folder of a run: hidden while it grows, published whole by one rename, ``latest.json`` last.

``reports/<data set>/.<run id>.partial/`` becomes ``reports/<data set>/<run id>/``.
"""

from __future__ import annotations

import re
import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crm_analysis.errors import RunError
from crm_analysis.messages import _
from crm_analysis.workflow.files import read_json, sync_folder, sync_tree, write_json

__all__ = [
    "LATEST",
    "MANIFEST",
    "RunFolder",
    "check_free_space",
    "latest_published",
    "is_whole",
    "list_partial",
    "list_published",
    "new_run_id",
    "update_latest",
]

LATEST = "latest.json"
MANIFEST = "manifest.json"
SCHEMA_VERSION = 1
MIN_FREE_BYTES = 200 * 1024**2

_RUN_ID = r"\d{8}-\d{6}-[0-9a-f]{4}"
_SUBFOLDERS = ("tables", "audiences", "assets", "notes")


def new_run_id() -> str:
    """A run id from the time in UTC and four random characters; ids sort by time."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


@dataclass(frozen=True)
class RunFolder:
    """Where a run of a data set lies, before and after it is published.

    Attributes
    ----------
    parent
        The folder of the data set, ``reports/<data set>``.
    run_id
        As made by :func:`new_run_id`.
    """

    parent: Path
    run_id: str

    @property
    def partial(self) -> Path:
        """The hidden folder while the run is under way."""
        return self.parent / f".{self.run_id}.partial"

    @property
    def path(self) -> Path:
        """The folder after publishing."""
        return self.parent / self.run_id

    def create(self) -> None:
        """Make the hidden folder and its subfolders."""
        self.partial.mkdir(parents=True)
        for name in _SUBFOLDERS:
            (self.partial / name).mkdir()

    def publish(self) -> Path:
        """Make the run visible under its name, whole. :func:`update_latest` comes after it."""
        sync_tree(self.partial)
        self.partial.replace(self.path)
        sync_folder(self.parent)
        return self.path


def list_published(parent: Path) -> list[RunFolder]:
    """The published runs of a data set, newest first; never one whose manifest does not say "done"."""
    if not parent.is_dir():
        return []
    found = [
        RunFolder(parent, path.name)
        for path in parent.iterdir()
        if re.fullmatch(_RUN_ID, path.name) and (read_json(path / MANIFEST) or {}).get("state") == "done"
    ]
    return sorted(found, key=lambda run: run.run_id, reverse=True)


def list_partial(parent: Path) -> list[RunFolder]:
    """The unfinished runs of a data set, newest first."""
    if not parent.is_dir():
        return []
    names = (re.fullmatch(rf"\.({_RUN_ID})\.partial", path.name) for path in parent.iterdir())
    return sorted((RunFolder(parent, name[1]) for name in names if name), key=lambda run: run.run_id, reverse=True)


def latest_published(parent: Path, *, whole: bool = True) -> RunFolder | None:
    """The published run of a data set that was finished last; a resumed run can be older by its id.

    Parameters
    ----------
    parent
        ``reports/<data set>``.
    whole
        Only reports of all steps; False takes runs of single steps too.
    """
    found = (run for run in list_published(parent) if not whole or is_whole(run))
    return max(found, key=_finished, default=None)


def is_whole(run: RunFolder) -> bool:
    """Whether a published run has all steps; one made with ``--step`` ends at the last of those chosen."""
    return bool((read_json(run.path / MANIFEST) or {}).get("whole", True))


def update_latest(parent: Path) -> str | None:
    """Point ``latest.json`` at the whole run finished last; also mends it after a kill. Returns its id."""
    newest = latest_published(parent)
    if newest is None:
        return None
    wanted = {"run": newest.run_id, "schema_version": SCHEMA_VERSION}
    if read_json(parent / LATEST) != wanted:
        write_json(parent / LATEST, wanted)
    return newest.run_id


def _finished(run: RunFolder) -> tuple[str, str]:
    return str((read_json(run.path / MANIFEST) or {}).get("finished_at", "")), run.run_id


def check_free_space(folder: Path, needed_bytes: int = MIN_FREE_BYTES) -> None:
    """Refuse to start where a run would fill the disk.

    Raises
    ------
    RunError
        Fewer than ``needed_bytes`` are free where ``folder`` is or would be made.
    """
    place = folder
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < needed_bytes:
        raise RunError(
            _(
                "Only {free} MB are free where {folder} lies; a run needs {needed} MB. Make room there, or "
                "set another folder under [paths] in crm.toml.",
                free=f"{free / 1024**2:,.0f}",
                needed=f"{needed_bytes / 1024**2:,.0f}",
                folder=str(folder),
            )
        )

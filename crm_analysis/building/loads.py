"""Loads: each file is loaded once, and the table ``loads`` says which rows of which file count.

A load is the rows of one file, read in one way. It counts until a file with other bytes takes its path, until it is
read in another way, or until crm.toml no longer names its file. A file that is only gone from disk takes nothing
along: a warehouse keeps what it recorded.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

import pandas as pd

from crm_analysis.building.sources import FoundFile
from crm_analysis.config import SourceSettings
from crm_analysis.contract import TableSpec
from crm_analysis.warehouse import Warehouse, collect

__all__ = [
    "READING_VERSION",
    "Load",
    "TablePlan",
    "new_load_id",
    "plan_table",
    "read_loads",
    "reading_of",
    "write_loads",
]

READING_VERSION = 3
"""Raised whenever the same file would be read differently: files that are there are then parsed anew."""

LOADED, GONE, REPLACED, DROPPED = "loaded", "gone", "replaced", "dropped"


@dataclass(frozen=True)
class Load:
    """The rows of one file, read in one way.

    Attributes
    ----------
    load_id
        Text that sorts by time.
    table, source
        What the file became, and the label that its rows carry: of the oldest file with these bytes.
    found_as
        Its label now; another one after it was renamed.
    named_by
        The path in crm.toml that named it.
    sha256, reading
        Of its bytes, and of the settings and the contract that it was read by.
    file_modified_at, loaded_at, replaced_at
        In UTC; the last is empty while the load counts.
    rows
        Rows of the file.
    mapping
        Contract column to header, as JSON.
    state
        ``loaded``; ``gone``: no longer on disk, its rows stay; ``replaced`` by other bytes or another reading;
        ``dropped``: no longer named in crm.toml.
    """

    load_id: str
    table: str
    source: str
    found_as: str
    named_by: str
    sha256: str
    reading: str
    file_modified_at: str
    loaded_at: str
    rows: int
    mapping: str
    state: str = LOADED
    replaced_at: str = ""

    @property
    def counts(self) -> bool:
        """Whether its rows are part of the table."""
        return not self.replaced_at

    @property
    def columns(self) -> dict[str, str]:
        """Contract column to header."""
        return dict(json.loads(self.mapping))

    @property
    def age(self) -> tuple[str, str, str]:
        """What tells the older of two files: the time it was changed last, then its name."""
        return (self.file_modified_at, self.source, self.sha256)


@dataclass(frozen=True)
class TablePlan:
    """What is to happen to the loads of one table.

    Attributes
    ----------
    kept, ended
        Loads that count on, and those that no longer do.
    new
        Files to be loaded.
    repeated
        Files with the bytes of another one.
    """

    kept: list[Load]
    ended: list[Load]
    new: list[FoundFile]
    repeated: list[FoundFile]


def new_load_id(at: datetime) -> str:
    """A name for a load, unlike any other: rows of a killed build are never taken for those of a later one."""
    return f"{at:%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}"


def reading_of(spec: TableSpec, source: SourceSettings, time_zone: str) -> str:
    """Fingerprint of all that decides how a file is read, its bytes apart."""
    parts = {
        "version": READING_VERSION,
        "columns": [(column.name, column.type, column.aliases) for column in spec.columns],
        "settings": source.model_dump(mode="json", exclude={"path"}),
        "time_zone": time_zone,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def plan_table(
    live: Sequence[Load], found: Sequence[FoundFile], *, reading: str, named_by: str, force: bool, at: datetime
) -> TablePlan:
    """Compare the loads that count with the files that are there.

    Parameters
    ----------
    live
        Loads of one table that count.
    found
        The files that crm.toml names.
    reading, named_by
        How files are read now, and the path that names them.
    force
        Load everything anew, and only what is there.
    at
        The time of the build.
    """
    digests: dict[str, FoundFile] = {}
    for file in sorted(found, key=lambda file: (file.modified_at, file.label)):
        digests.setdefault(file.sha256, file)
    labels = {file.label for file in found}
    kept, ended = [], []
    for load in live:
        here = digests.get(load.sha256)
        if here is not None and load.reading == reading and not force:
            same = [file for file in found if file.sha256 == load.sha256]
            kept.append(replace(_renamed(load, same), named_by=named_by, state=LOADED))
        elif here is not None or load.found_as in labels:
            ended.append(replace(load, state=REPLACED, replaced_at=at.isoformat()))
        elif load.named_by == named_by and not force:
            kept.append(replace(load, state=GONE))
        else:
            ended.append(replace(load, state=DROPPED, replaced_at=at.isoformat()))
    known = {load.sha256 for load in kept}
    first = {load.found_as for load in kept} | {file.label for file in digests.values() if file.sha256 not in known}
    return TablePlan(
        kept,
        ended,
        [file for file in found if digests[file.sha256] is file and file.sha256 not in known],
        [file for file in found if file.label not in first],
    )


def _renamed(load: Load, same: Sequence[FoundFile]) -> Load:
    """The load with the label that a file with its bytes has now.

    Of several such files the oldest one is its source, whichever was loaded.
    """
    labels = [file.label for file in same]
    found_as = load.found_as if load.found_as in labels else labels[0]
    if load.source not in labels:
        return replace(load, found_as=found_as)
    modified_at, source = min(
        [(load.file_modified_at, load.source), *((file.modified_at, file.label) for file in same)]
    )
    return replace(load, found_as=found_as, source=source, file_modified_at=modified_at)


def read_loads(warehouse: Warehouse) -> list[Load]:
    """All loads that were ever recorded."""
    if not warehouse.has("loads"):
        return []
    frame = collect(warehouse.read("loads")).sort_values("load_id")
    values = [frame[field.name].tolist() for field in fields(Load)]
    return [Load(*row) for row in zip(*values, strict=True)]


def write_loads(warehouse: Warehouse, loads: Sequence[Load]) -> None:
    """Record loads as the next version of ``loads``."""
    warehouse.write_frame("loads", pd.DataFrame([asdict(load) for load in loads]))

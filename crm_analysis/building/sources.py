"""Which files each table comes from, as they lie on disk now."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crm_analysis.config import Settings, SourceSettings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.datasets import DATASETS
from crm_analysis.errors import ConfigError, IngestError, MissingSourceError
from crm_analysis.ingest import extract_rows, file_labels, resolve_files
from crm_analysis.messages import _

__all__ = ["FoundFile", "find_files", "path_in_words", "pseudonym_key", "refuse_changed", "sources_of"]


@dataclass(frozen=True)
class FoundFile:
    """A file of a source.

    Attributes
    ----------
    path, label
        Where it is, and the name that its rows carry.
    sha256
        Of its bytes.
    size, modified_ns
        As the file system says, when the bytes were read.
    """

    path: Path
    label: str
    sha256: str
    size: int
    modified_ns: int

    @property
    def modified_at(self) -> str:
        """When the file was changed last, in UTC."""
        return datetime.fromtimestamp(self.modified_ns / 1e9, UTC).isoformat(timespec="microseconds")


def sources_of(settings: Settings, scratch: Path) -> dict[str, SourceSettings]:
    """Where each table comes from, by the data set and by ``[sources]``; the latter wins.

    Raises
    ------
    ConfigError
        An unknown data set or table, or nothing about order lines.
    """
    found: dict[str, SourceSettings] = {}
    if settings.project.dataset is not None:
        if settings.project.dataset not in DATASETS:
            raise ConfigError(
                _(
                    "Data set '{name}' is not known. Known: {known}.",
                    name=settings.project.dataset,
                    known=", ".join(sorted(DATASETS)),
                )
            )
        found |= DATASETS[settings.project.dataset](settings, scratch)
    found |= settings.sources
    unknown = sorted(set(found) - set(SOURCE_TABLES))
    if unknown:
        raise ConfigError(
            _(
                "crm.toml: table '{name}' is not part of the contract. Known: {known}.",
                name=unknown[0],
                known=", ".join(SOURCE_TABLES),
            )
        )
    if "order_lines" not in found:
        raise ConfigError(
            _(
                "crm.toml says nothing about order lines, the one table that is needed. "
                'Add: [sources.order_lines] with path = "FILE".'
            )
        )
    return found


def pseudonym_key(folder: Path) -> str:
    """The workspace's key for pseudonyms, made once, readable by its owner alone."""
    file = folder / "pseudonym.key"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def path_in_words(source: SourceSettings, scratch: Path) -> str:
    """What the settings call the files; a file that a data set derives anew each time has no folder of its own."""
    path = source.path or ""
    return path.removeprefix(scratch.as_posix())


def find_files(table: str, source: SourceSettings, *, root: Path, scratch: Path, may_be_gone: bool) -> list[FoundFile]:
    """The files of a source with their fingerprints.

    Parameters
    ----------
    table
        Name of the table.
    source
        ``[sources.TABLE]``.
    root, scratch
        Folder of crm.toml, and the one that derived files lie in.
    may_be_gone
        Whether files of this path were loaded before: then it is no mistake if none is left.

    Raises
    ------
    IngestError
        There are none, or one cannot be read.
    """
    if source.is_database:
        extract = extract_rows(source, table, root, scratch / table / "sql")
        facts = extract.file.stat()
        return [FoundFile(extract.file, extract.label, extract.sha256, facts.st_size, facts.st_mtime_ns)]
    if source.path is None:
        raise IngestError(_("[sources.{table}] of crm.toml has no path.", table=table))
    try:
        paths = resolve_files(source.path, root)
    except MissingSourceError:
        if may_be_gone:
            return []
        raise
    derived = all(path.is_relative_to(scratch) for path in paths)
    labels = file_labels(paths, scratch if derived else root)
    return [_found(path, label) for path, label in zip(paths, labels, strict=True)]


def _found(path: Path, label: str) -> FoundFile:
    facts = path.stat()
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return FoundFile(path, label, digest, facts.st_size, facts.st_mtime_ns)


def refuse_changed(files: Iterable[FoundFile]) -> None:
    """Refuse files that changed while they were read: their rows may be of two states.

    Raises
    ------
    IngestError
        With the first such file.
    """
    for file in files:
        try:
            facts = file.path.stat()
            same = (facts.st_size, facts.st_mtime_ns) == (file.size, file.modified_ns)
            if same or _found(file.path, file.label).sha256 == file.sha256:
                continue
        except OSError:
            pass
        raise IngestError(
            _(
                "{file} changed while it was read. Wait until it is written completely, then build again; nothing "
                "was loaded.",
                file=file.path.name,
            )
        )

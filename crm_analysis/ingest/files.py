"""Which files a path in crm.toml means: one file, a folder of files, or a pattern."""

from __future__ import annotations

import difflib
import glob
import os
from collections.abc import Sequence
from pathlib import Path

from crm_analysis.errors import IngestError, MissingSourceError
from crm_analysis.messages import _

__all__ = ["READABLE_SUFFIXES", "file_labels", "resolve_files"]

READABLE_SUFFIXES = (
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".htm",
    ".html",
    ".parquet",
    ".pq",
    ".jsonl",
    ".ndjson",
)
"""Endings that are read from a folder; a file named outright may have any ending."""


def resolve_files(path_pattern: str, root: Path) -> list[Path]:
    """The files that a path or pattern means, sorted by name, each checked to be readable.

    Parameters
    ----------
    path_pattern
        A file, a folder, or a pattern such as ``sales/*.csv``; relative paths start at ``root``. A
        backslash separates folders on every system where no file of that very name exists.
    root
        Folder of crm.toml.

    Returns
    -------
    list of pathlib.Path
        At least one file; hidden files and the lock files of open workbooks are left out.

    Raises
    ------
    IngestError
        No such file (with the nearest names), a folder without readable files, a file that may not be
        read, or a file of 0 bytes.
    """
    path = _literal(path_pattern, root)
    try:
        if path.is_dir():
            files = _of_folder(path)
        elif path.is_file():
            files = [path]
        else:
            files = _of_pattern(str(path))
    except PermissionError as error:
        raise _unreadable(path) from error
    if not files:
        raise _missing(path, root)
    for file in files:
        _check_readable(file)
    filled = [file for file in files if file.stat().st_size > 0]
    if not filled:
        raise IngestError(
            _("{file} is empty (0 bytes). Export it again, or correct the path in crm.toml.", file=files[0].name)
        )
    return filled


def file_labels(files: Sequence[Path], root: Path) -> list[str]:
    """A name for each file that tells it from the others: its path below ``root``, else below what they share."""
    resolved = [Path(os.path.abspath(file)) for file in files]  # noqa: PTH100 - resolve() would follow links
    base = Path(os.path.abspath(root))  # noqa: PTH100
    if not all(file.is_relative_to(base) for file in resolved):
        base = Path(os.path.commonpath([file.parent for file in resolved]))
    return [file.relative_to(base).as_posix() for file in resolved]


def _literal(path_pattern: str, root: Path) -> Path:
    path = root / Path(path_pattern).expanduser()
    if "\\" in path_pattern and os.sep != "\\" and not path.exists():
        path = root / Path(path_pattern.replace("\\", "/"))
    return path


def _is_data(file: Path) -> bool:
    return file.is_file() and not file.name.startswith((".", "~$", "_SUCCESS"))


def _of_folder(folder: Path) -> list[Path]:
    found = [file for file in folder.rglob("*") if file.suffix.lower() in READABLE_SUFFIXES and _is_data(file)]
    if not found:
        raise MissingSourceError(
            _(
                "{folder} is a folder without files that can be read. Give a file, a pattern such as "
                "{folder}/*.csv, or put {endings} files into it.",
                folder=folder.name,
                endings=", ".join(READABLE_SUFFIXES),
            )
        )
    return sorted(found)


def _of_pattern(pattern: str) -> list[Path]:
    if not glob.has_magic(pattern):
        return []
    return sorted(Path(name) for name in glob.glob(pattern, recursive=True) if _is_data(Path(name)))  # noqa: PTH207


def _unreadable(file: Path) -> IngestError:
    return IngestError(
        _(
            "{file} may not be read by this user. Change its permissions, or run as a user who may read it.",
            file=file.name,
        )
    )


def _check_readable(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            stream.read(1)
    except PermissionError as error:
        raise _unreadable(file) from error
    except OSError as error:
        raise IngestError(
            _("{file} cannot be read: {reason}.", file=file.name, reason=error.strerror or str(error))
        ) from error


def _missing(path: Path, root: Path) -> MissingSourceError:
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    folder = path.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5) or names[:5]
    if near:
        return MissingSourceError(
            _(
                "There is no file {path}. In {folder} there are: {near}. Correct the path in crm.toml.",
                path=shown,
                folder=folder.name or str(folder),
                near=", ".join(near),
            )
        )
    return MissingSourceError(
        _(
            "There is no file {path}, and {folder} is empty. Correct the path in crm.toml.",
            path=shown,
            folder=folder.name or str(folder),
        )
    )

"""Files of settings below the server's folder: found, and written for a file of order lines."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit

from crm_analysis.config import Settings
from crm_analysis.errors import ConfigError
from crm_analysis.messages import _
from crm_analysis.server.confined import shown
from crm_analysis.workflow.files import write_text

__all__ = ["find_settings", "write_settings"]

_DEPTH = 4
_MOST_FOLDERS = 2000
_SKIPPED = {"node_modules", "site-packages", "__pycache__", "warehouse"}


def find_settings(root: Path) -> list[dict[str, Any]]:
    """The files of settings down to four folders deep, nearest first.

    Returns
    -------
    list of dict
        ``path`` (for JupyterLab), ``name`` and ``lang`` of the project.
    """
    found = []
    for file in _toml_files(root):
        project = _project_of(file)
        path = shown(root, file)
        if project is not None and path is not None:
            found.append(
                {"path": path, "name": str(project.get("name", "my shop")), "lang": str(project.get("lang", "en"))}
            )
    return sorted(found, key=lambda entry: (entry["path"].count("/"), entry["path"]))


def _toml_files(root: Path) -> Iterator[Path]:
    for number, (folder, folders, files) in enumerate(os.walk(root)):
        if number >= _MOST_FOLDERS:
            return
        place = Path(folder)
        deep = len(place.relative_to(root).parts)
        folders[:] = sorted(
            name for name in folders if deep < _DEPTH and not name.startswith(".") and name not in _SKIPPED
        )
        yield from (place / name for name in sorted(files) if name.endswith(".toml") and name != "pyproject.toml")


def _project_of(file: Path) -> Mapping[str, Any] | None:
    """The section [project] of a file of ours; None of any other file."""
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None
    project = raw.get("project")
    ours = isinstance(project, dict) and set(raw) <= set(Settings.model_fields)
    return project if ours else None


def write_settings(
    data: Path, name: str, currency: str, lang: str, columns: Mapping[str, str], command: Sequence[str]
) -> Path:
    """Make a workspace around a file of order lines.

    The workspace is the folder of the file, or the one above it where that is called ``data``.

    Parameters
    ----------
    data
        The file.
    name, currency, lang
        Of the project.
    columns
        Our names to headers of the file, those that differ from what is recognised.
    command
        Words that start the command line.

    Raises
    ------
    ConfigError
        There is a crm.toml already, or a value does not fit.
    """
    folder = data.parent.parent if data.parent.name == "data" else data.parent
    file = folder / "crm.toml"
    if file.exists():
        raise ConfigError(_("{folder} is a workspace already: it has a crm.toml.", folder=folder.name))
    Settings.model_validate({"project": {"name": name, "currency": currency, "lang": lang}})
    made = subprocess.run(
        [*command, "init", str(folder), "--lang", lang], capture_output=True, text=True, encoding="utf-8", check=False
    )
    if made.returncode != 0:
        raise ConfigError((made.stderr.strip().splitlines() or [""])[-1])
    document = tomlkit.parse(file.read_text(encoding="utf-8"))
    project: Any = document["project"]
    project["name"], project["currency"] = name, currency
    source: Any = document["sources"]["order_lines"]
    source["path"] = data.relative_to(folder).as_posix()
    if columns:
        table = tomlkit.inline_table()
        table.update(dict(columns))
        source["columns"] = table
    write_text(file, tomlkit.dumps(document))
    return file

"""Paths that a browser names: below the server's folder, or refused."""

from __future__ import annotations

from pathlib import Path

from crm_analysis.errors import ConfigError
from crm_analysis.messages import _

__all__ = ["below", "shown"]


def below(root: Path, given: str) -> Path:
    """The place that ``given`` names, links followed.

    Parameters
    ----------
    root
        The server's folder.
    given
        Relative, with forward slashes, as JupyterLab writes paths.

    Raises
    ------
    ConfigError
        It is outside the folder or hidden.
    """
    parts = [part for part in given.replace("\\", "/").split("/") if part not in ("", ".")]
    root = root.resolve()
    place = root.joinpath(*parts).resolve() if "\0" not in given else root.parent
    hidden = any(part.startswith(".") for part in parts)
    if hidden or not place.is_relative_to(root):
        raise ConfigError(_("'{path}' is not in the folder that JupyterLab was started in.", path=given))
    return place


def shown(root: Path, place: Path) -> str | None:
    """The path as JupyterLab writes it; None for what it cannot open."""
    root, place = root.resolve(), place.resolve()
    if not place.is_relative_to(root):
        return None
    parts = place.relative_to(root).parts
    return None if any(part.startswith(".") for part in parts) else "/".join(parts)

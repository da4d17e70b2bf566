"""Where notebooks and examples lie: in the checkout, or inside the installed package."""

from __future__ import annotations

from pathlib import Path

from crm_analysis.errors import ConfigError
from crm_analysis.messages import _

__all__ = ["resource"]


def resource(name: str) -> Path:
    """The folder ``notebooks`` or ``data`` that belongs to this version of the package.

    An editable install imports the package from its checkout, whose folders are newer than any copy; a normal
    install carries them inside the package.

    Raises
    ------
    ConfigError
        The installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    if (package / "_resources" / name).is_dir():
        return package / "_resources" / name
    raise ConfigError(_("This installation has no {name}: install crm-analysis again.", name=name))

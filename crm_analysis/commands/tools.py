"""``lab`` and ``serve``: JupyterLab and Voila on the workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_analysis.config import load_settings
from crm_analysis.errors import RunError
from crm_analysis.messages import _
from crm_analysis.workflow.run_folder import latest_published

__all__ = ["lab", "serve"]

_NO_PANEL = "--VoilaConfiguration.extension_denylist=crm-analysis"
"""Voila loads every extension of JupyterLab that is installed; the panel has nothing to do there."""


def lab(config: Path, overrides: Mapping[str, Any]) -> None:
    """Start JupyterLab on the workspace, its file browser at the notebooks.

    Its root is the folder of the settings, or the one above where notebooks or reports lie beside it, so that the
    panel reaches all of them.
    """
    settings = load_settings(config, overrides)
    shared = Path(os.path.commonpath([settings.root, settings.notebooks, settings.reports]))
    root = shared if shared == settings.root.parent else settings.root
    places = [f"--ServerApp.root_dir={root}"]
    if settings.notebooks.is_relative_to(root):
        places.append(f"--ServerApp.preferred_dir={settings.notebooks}")
    subprocess.run([sys.executable, "-m", "jupyterlab", *places], check=False)


def serve(config: Path, overrides: Mapping[str, Any]) -> None:
    """Start Voila on the executed notebooks of the latest report.

    Raises
    ------
    RunError
        There is no report yet.
    """
    settings = load_settings(config, overrides)
    latest = latest_published(settings.reports / settings.slug)
    if latest is None:
        raise RunError(_("There is no report yet. Run 'crm-analysis run' first."))
    subprocess.run([sys.executable, "-m", "voila", str(latest.path), "--no-browser", _NO_PANEL], check=False)

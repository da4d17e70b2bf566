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


def lab(config: Path, overrides: Mapping[str, Any]) -> None:
    """Start JupyterLab on the workspace, its file browser at the notebooks.

    Its root is the folder that holds settings, notebooks and reports, so that the panel reaches all of them.
    """
    settings = load_settings(config, overrides)
    root = os.path.commonpath([settings.root, settings.notebooks, settings.reports])
    places = [f"--ServerApp.root_dir={root}", f"--ServerApp.preferred_dir={settings.notebooks}"]
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
    subprocess.run([sys.executable, "-m", "voila", str(latest.path), "--no-browser"], check=False)

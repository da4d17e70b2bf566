"""``lab``: JupyterLab on the workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_analysis.config import load_settings

__all__ = ["lab"]


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

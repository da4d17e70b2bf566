"""``lab``: JupyterLab on the workspace."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_analysis.config import load_settings

__all__ = ["lab"]


def lab(config: Path, overrides: Mapping[str, Any]) -> None:
    """Start JupyterLab in the folder of the notebooks."""
    settings = load_settings(config, overrides)
    subprocess.run([sys.executable, "-m", "jupyterlab", str(settings.notebooks)], check=False)

"""The manifest of a run: what went in, with which versions, how long it took, what came out."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from crm_analysis.workflow.files import write_json
from crm_analysis.workflow.run_folder import MANIFEST

__all__ = ["SCHEMA_VERSION", "package_versions", "redacted", "table_sizes", "write_manifest"]

SCHEMA_VERSION = 1

_PACKAGES = (
    "crm-analysis",
    "deltalake",
    "duckdb",
    "ibis-framework",
    "lifetimes",
    "numpy",
    "pandas",
    "papermill",
    "plotly",
    "pyarrow",
    "pyspark",
    "scikit-learn",
    "scipy",
    "statsmodels",
)
_SECRET = re.compile(r"secret|passw|token|credential|private|(^|[._-])(api|access|account)?[._-]?key", re.IGNORECASE)
_PERSONAL = {"unknown_customers"}
_LOGIN_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")
_HIDDEN = "***"


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on, those that are installed."""
    versions = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def redacted(value: Any, key: str = "") -> Any:
    """Settings without secrets and personal values: those are replaced by ``***``, also inside addresses."""
    if value is not None and (_SECRET.search(key) or key in _PERSONAL):
        return _HIDDEN
    if isinstance(value, Mapping):
        return {name: redacted(item, str(name)) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted(item) for item in value]
    return _LOGIN_IN_URL.sub(f"{_HIDDEN}@", value) if isinstance(value, str) else value


def table_sizes(run_dir: Path) -> dict[str, dict[str, int]]:
    """Rows and columns of each handed-over table, from the metadata of its file."""
    from pyarrow.parquet import read_metadata

    sizes = {}
    for path in sorted((run_dir / "tables").glob("*.parquet")):
        metadata = read_metadata(path)
        sizes[path.stem] = {"rows": metadata.num_rows, "columns": metadata.num_columns}
    return sizes


def write_manifest(run_dir: Path, content: Mapping[str, Any], extra: Mapping[str, Any] | None = None) -> None:
    """Write ``manifest.json`` of a run that is done, before it is published.

    Parameters
    ----------
    content
        Run id, data set, language, parameters, settings, steps and times.
    extra
        Further entries, such as the versions of the warehouse's tables; they do not replace those of
        ``content``.
    """
    write_json(
        run_dir / MANIFEST,
        {
            **redacted(extra or {}),
            "schema_version": SCHEMA_VERSION,
            **{name: redacted(value, name) for name, value in content.items()},
            "packages": package_versions(),
            "tables": table_sizes(run_dir),
            "state": "done",
        },
    )

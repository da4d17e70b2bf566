from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crm_analysis.workflow.manifest import package_versions, redacted, write_manifest


def test_secrets_and_personal_values_are_hidden_wherever_they_are() -> None:
    settings = {
        "name": "shop",
        "warehouse": {"options": {"fs.s3a.secret.key": "abc", "spark.password": "x", "spark.memory": "2g"}},
        "sources": [{"path": "https://kim:pw@host/file.csv", "columns": {"customer_id": "key_column"}}],
        "cleaning": {"unknown_customers": ["kim@example.org"], "api_key": None},
    }
    assert redacted(settings) == {
        "name": "shop",
        "warehouse": {"options": {"fs.s3a.secret.key": "***", "spark.password": "***", "spark.memory": "2g"}},
        "sources": [{"path": "https://***@host/file.csv", "columns": {"customer_id": "key_column"}}],
        "cleaning": {"unknown_customers": "***", "api_key": None},
    }


def test_manifest_counts_rows_and_says_done(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    pq.write_table(pa.table({"a": [1, 2, 3], "b": [1, 2, 3]}), tmp_path / "tables" / "segments.parquet")
    write_manifest(tmp_path, {"run": "r"}, {"warehouse_tables": {"order_lines": 4}, "run": "other"})
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["tables"] == {"segments": {"rows": 3, "columns": 2}}
    assert manifest["warehouse_tables"] == {"order_lines": 4}
    assert (manifest["state"], manifest["run"], manifest["schema_version"]) == ("done", "r", 1)


def test_versions_name_python_and_only_what_is_installed() -> None:
    versions = package_versions()
    assert versions["python"].count(".") == 2
    assert {"pandas", "duckdb", "papermill", "plotly"} <= set(versions)

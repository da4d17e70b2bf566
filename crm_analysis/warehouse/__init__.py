"""The warehouse: engine, tables, lock."""

from crm_analysis.warehouse.engine import Engine, open_engine
from crm_analysis.warehouse.store import KEEP_VERSIONS_SECONDS, SCHEMA_VERSION, Prepared, Warehouse, collect, keep

__all__ = [
    "KEEP_VERSIONS_SECONDS",
    "SCHEMA_VERSION",
    "Engine",
    "Prepared",
    "Warehouse",
    "collect",
    "keep",
    "open_engine",
]

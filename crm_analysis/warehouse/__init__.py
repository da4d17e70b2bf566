"""The warehouse: engine, tables, lock."""

from crm_analysis.warehouse.engine import Engine, open_engine
from crm_analysis.warehouse.store import SCHEMA_VERSION, Warehouse, collect, keep

__all__ = ["SCHEMA_VERSION", "Engine", "Warehouse", "collect", "keep", "open_engine"]

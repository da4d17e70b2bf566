"""The warehouse: engine, tables, lock."""

from crm_analysis.warehouse.engine import Engine, open_engine
from crm_analysis.warehouse.store import SCHEMA_VERSION, Warehouse, collect

__all__ = ["SCHEMA_VERSION", "Engine", "Warehouse", "collect", "open_engine"]

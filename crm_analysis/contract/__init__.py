"""The data contract: tables, columns, types, units, keys, grain, personal or not."""

from crm_analysis.contract.columns import Column, ColumnType, TableSpec
from crm_analysis.contract.sources import SOURCE_TABLES

__all__ = ["SOURCE_TABLES", "Column", "ColumnType", "TableSpec"]

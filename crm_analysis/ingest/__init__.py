"""Ingest: files of any usual kind -> raw table -> staged table with the contract's columns and types."""

from crm_analysis.ingest.contact_links import with_customers_of_orders
from crm_analysis.ingest.mapping import Suggestion, map_columns, suggest_mapping
from crm_analysis.ingest.sampling import Sample
from crm_analysis.ingest.source import Source, SourceFile
from crm_analysis.ingest.sources import open_source
from crm_analysis.ingest.staging import Staged, stage

__all__ = [
    "Sample",
    "Source",
    "SourceFile",
    "Staged",
    "Suggestion",
    "map_columns",
    "open_source",
    "stage",
    "suggest_mapping",
    "with_customers_of_orders",
]

"""Ingest: files of any usual kind -> raw table -> staged table with the contract's columns and types."""

from crm_analysis.ingest.contact_links import with_customers_of_orders
from crm_analysis.ingest.databases import extract_rows
from crm_analysis.ingest.files import file_labels, resolve_files
from crm_analysis.ingest.mapping import Suggestion, map_columns, suggest_mapping
from crm_analysis.ingest.order_amounts import STEPS_TO_AMOUNT
from crm_analysis.ingest.sampling import Sample
from crm_analysis.ingest.source import Source, SourceFile
from crm_analysis.ingest.sources import open_source
from crm_analysis.ingest.staging import Staged, stage

__all__ = [
    "STEPS_TO_AMOUNT",
    "Sample",
    "Source",
    "SourceFile",
    "Staged",
    "Suggestion",
    "extract_rows",
    "file_labels",
    "map_columns",
    "open_source",
    "resolve_files",
    "stage",
    "suggest_mapping",
    "with_customers_of_orders",
]

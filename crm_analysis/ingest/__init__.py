"""Ingest: files of any usual kind -> raw table -> staged table with the contract's columns and types."""

from crm_analysis.ingest.files import file_labels, resolve_files
from crm_analysis.ingest.mapping import Suggestion, map_columns, suggest_mapping
from crm_analysis.ingest.sources import Source, SourceFile, open_source
from crm_analysis.ingest.staging import Staged, stage

__all__ = [
    "Source",
    "SourceFile",
    "Staged",
    "Suggestion",
    "file_labels",
    "map_columns",
    "open_source",
    "resolve_files",
    "stage",
    "suggest_mapping",
]

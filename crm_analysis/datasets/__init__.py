"""Example data sets. No analysis knows them: they only say where a table of the contract comes from."""

from collections.abc import Callable
from pathlib import Path

from crm_analysis.config import SourceSettings
from crm_analysis.datasets import complete_journey

__all__ = ["DATASETS"]

DATASETS: dict[str, Callable[[Path], dict[str, SourceSettings]]] = {"complete_journey": complete_journey.sources}
"""Data sets by name, as ``dataset = "..."`` in ``[sources]`` calls them."""

"""Example data sets. No analysis knows them: they only say where a table of the contract comes from."""

from collections.abc import Callable
from pathlib import Path

from crm_analysis.config import Settings, SourceSettings
from crm_analysis.datasets import complete_journey, simulated

__all__ = ["DATASETS"]

DATASETS: dict[str, Callable[[Settings, Path], dict[str, SourceSettings]]] = {
    "complete_journey": complete_journey.sources,
    "simulated": simulated.sources,
}
"""Data sets by name, as ``dataset = "..."`` in ``[project]`` calls them."""

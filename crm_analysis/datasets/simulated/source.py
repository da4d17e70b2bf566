"""The simulated shop as a data set of a project: simulated on first use, then read like any other files."""

from __future__ import annotations

from pathlib import Path

from crm_analysis.config import Settings, SourceSettings
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.datasets.simulated.generate import Simulation, simulate

__all__ = ["sources"]


def sources(settings: Settings, _scratch: Path) -> dict[str, SourceSettings]:
    """Where each table of the contract comes from.

    Parameters
    ----------
    settings
        Of the project; ``[simulation]`` says which world, how many customers, and where the files lie.
    _scratch
        Not needed: the files are kept, since simulating takes longer than reading.

    Raises
    ------
    ConfigError
        No such world.
    """
    wanted = settings.simulation
    folder = (settings.root / wanted.path / wanted.world).resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    tables = simulate(folder, Simulation(wanted.world, wanted.customers, wanted.weeks, wanted.seed))
    found = {name: tables / f"{name}.parquet" for name in SOURCE_TABLES}
    return {name: SourceSettings(path=str(file)) for name, file in found.items() if file.is_file()}

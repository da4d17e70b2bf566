"""A shop that does not exist, with every table of the contract and the truth behind them.

The tables lie in one folder and the truth in another that nothing but a test opens.
"""

from crm_analysis.datasets.simulated.generate import VERSION, Simulation, simulate
from crm_analysis.datasets.simulated.respond import PLAN_COLUMNS, respond
from crm_analysis.datasets.simulated.source import sources
from crm_analysis.datasets.simulated.worlds import WORLDS, World

__all__ = ["PLAN_COLUMNS", "VERSION", "WORLDS", "Simulation", "World", "respond", "simulate", "sources"]

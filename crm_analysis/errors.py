"""The error tree: one class a stage, each with the exit status of the command line.

A message names what is wrong, where (file, column, how many rows, an example with personal values
masked) and how to mend it, in the user's language: it is made with :func:`crm_analysis.messages._`.
"""

from __future__ import annotations

__all__ = [
    "CleaningError",
    "ConfigError",
    "ContractError",
    "ConvergenceWarning",
    "CrmError",
    "EmptySourceError",
    "IngestError",
    "MissingExtraError",
    "MissingSourceError",
    "ModelError",
    "NotEnoughDataError",
    "RunError",
    "StatisticalWarning",
    "StepError",
    "WarehouseError",
]


class CrmError(Exception):
    """Base of all errors a user can mend. ``exit_status`` is what the command line returns."""

    exit_status = 1


class ConfigError(CrmError):
    """A setting in crm.toml, the environment or the command line is wrong."""


class ContractError(CrmError):
    """A table does not have the columns, types, key or grain that the contract states."""


class IngestError(CrmError):
    """A source cannot be read or mapped."""


class MissingSourceError(IngestError):
    """There is no file where a source should be."""


class EmptySourceError(IngestError):
    """No file of a source has a row below its header."""


class CleaningError(CrmError):
    """The cleaning rules cannot be applied, or nothing is left after them."""


class WarehouseError(CrmError):
    """The warehouse cannot be read, written or locked."""


class ModelError(CrmError):
    """A model cannot be fitted or scored on what it was given."""


class NotEnoughDataError(CrmError):
    """Too few customers, days or answers for the number asked for: says have and need."""


class MissingExtraError(CrmError):
    """An optional dependency is missing: names it with its install line."""


class RunError(CrmError):
    """A run cannot be started, resumed or published."""


class StepError(CrmError):
    """A step of the workflow failed."""

    exit_status = 3


class StatisticalWarning(UserWarning):
    """A result is to be read with care: the message says why and what to do."""


class ConvergenceWarning(StatisticalWarning):
    """A likelihood was not maximised to the stated precision."""

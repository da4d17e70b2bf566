"""What the steps of a run recorded beside their tables: answers, gaps and facts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_analysis.messages import plural
from crm_analysis.workflow.files import read_json
from crm_analysis.workflow.steps import STEPS

__all__ = ["data_state", "facts_of", "notes_of"]


def notes_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Number of each finished step -> its note: ``answer``, ``missing``, ``facts``.

    Parameters
    ----------
    folder
        Of a run, or of a further language in it.
    """
    found = {step.number: read_json(folder / "notes" / f"{step.stem}.json") for step in STEPS}
    return {number: note for number, note in found.items() if note is not None}


def facts_of(notes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The facts of all steps in one mapping.

    Parameters
    ----------
    notes
        Of :func:`notes_of`.
    """
    facts: dict[str, Any] = {}
    for note in notes.values():
        facts |= note.get("facts", {})
    return facts


def data_state(facts: Mapping[str, Any]) -> str:
    """Quality of the data in a few words: how many parts are missing something."""
    gaps = int(facts["parts"]) - int(facts["ready"])
    return plural("Data: {n} part is missing something", "Data: {n} parts are missing something", gaps)

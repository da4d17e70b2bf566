"""What a run is to do and what of it is done: ``progress.json`` in its folder, from which it resumes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crm_analysis.workflow.editions import Edition, editions_of
from crm_analysis.workflow.files import read_json, write_json
from crm_analysis.workflow.steps import STEPS, Step

__all__ = ["PROGRESS_FILE", "RunPlan", "StepDone", "load_plan", "save_plan"]

PROGRESS_FILE = "progress.json"
_VERSION = 1


@dataclass(frozen=True)
class StepDone:
    """A finished step: its seconds, the tables it wrote, and the run it was copied from, if any."""

    seconds: float
    tables: list[str] = field(default_factory=list)
    copied_from: str | None = None


@dataclass
class RunPlan:
    """One run: its choices, fixed at the start, and the steps that are finished."""

    run_id: str
    data_set: str
    lang: str
    steps: list[str]
    parameters: dict[str, Any]
    also_in: list[str] = field(default_factory=list)
    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    done: dict[str, StepDone] = field(default_factory=dict)

    def editions(self) -> tuple[Edition, ...]:
        """The languages of the report with their folders, the one it opens in first."""
        return editions_of((self.lang, *self.also_in))

    def selected(self) -> tuple[Step, ...]:
        """The steps to execute, in order."""
        return tuple(step for step in STEPS if step.number in self.steps)

    def with_pages(self) -> tuple[Step, ...]:
        """The steps that the run has pages of: executed or copied, in order."""
        return tuple(step for step in STEPS if step.number in self.steps or step.number in self.done)

    def unfinished(self, folder: Path) -> tuple[Step, ...]:
        """The steps still to execute: without a marker, or without their executed notebook."""
        return tuple(
            step for step in self.selected() if step.number not in self.done or not (folder / step.notebook).is_file()
        )


def save_plan(plan: RunPlan, folder: Path) -> None:
    """Write the plan into the folder of the run, whole or not at all."""
    write_json(folder / PROGRESS_FILE, {"v": _VERSION, **asdict(plan)})


def load_plan(folder: Path) -> RunPlan | None:
    """The plan of a run; None where the folder holds none that this version can read."""
    values = read_json(folder / PROGRESS_FILE)
    if values is None or values.pop("v", None) != _VERSION:
        return None
    try:
        values["done"] = {number: StepDone(**done) for number, done in values["done"].items()}
        return RunPlan(**values)
    except (KeyError, TypeError, AttributeError):
        return None

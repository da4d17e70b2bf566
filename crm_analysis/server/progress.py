"""How far a run is, folded from its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_analysis.workflow.steps import STEPS

__all__ = ["Progress", "StepProgress"]


@dataclass
class StepProgress:
    """One step: waiting, running, done or failed; its cell of how many; how long it took."""

    number: str
    state: str = "waiting"
    cell: int = 0
    cells: int = 0
    seconds: float | None = None

    def as_dict(self, title: str) -> dict[str, Any]:
        """The step as it is sent."""
        return {**vars(self), "title": title}


@dataclass
class Progress:
    """All steps of a run, and the seconds left where they are known.

    Attributes
    ----------
    seen
        Number of the last event taken in.
    """

    steps: dict[str, StepProgress] = field(default_factory=dict)
    left_seconds: float | None = None
    seen: int = 0

    @classmethod
    def of(cls, numbers: Iterable[str]) -> Progress:
        """Nothing done yet of the steps named, or of all if none is."""
        chosen = tuple(numbers) or tuple(step.number for step in STEPS)
        return cls({number: StepProgress(number) for number in chosen})

    def take(self, events: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        """Take in further events, oldest first."""
        for number, event in events:
            self.seen = number
            self.left_seconds = event.get("left_seconds", self.left_seconds)
            if "step" in event:
                self._take_step(event)

    def _take_step(self, event: Mapping[str, Any]) -> None:
        step = self.steps.setdefault(event["step"], StepProgress(event["step"]))
        step.cells = int(event.get("cells", step.cells))
        kind = event["type"]
        if kind in ("step_started", "cell_started", "cell_finished"):
            step.state = "running"
            step.cell = int(event.get("cell", step.cell))
        elif kind == "step_finished":
            step.state, step.seconds = "done", event.get("seconds")
        elif kind == "step_failed":
            step.state = "failed"

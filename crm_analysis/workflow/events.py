"""What happens during a run, as versioned events: in the run folder, in the store, to a callback.

Events hold numbers and names of steps only: never a cell's source or output, never a value of the data.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from crm_analysis.workflow.run_store import RunStore
from crm_analysis.workflow.time_left import TimeLeft

__all__ = ["EVENT_VERSION", "Event", "EventLog", "EventType", "Progress"]

EVENT_VERSION = 1

EventType = Literal[
    "run_started",
    "run_resumed",
    "step_started",
    "cell_started",
    "cell_finished",
    "step_finished",
    "step_failed",
    "cancelled",
    "published",
]


@dataclass(frozen=True)
class Event:
    """One event of a run.

    Attributes
    ----------
    type
        What happened.
    run
        Run id.
    at
        When, ISO 8601 in UTC.
    step
        Number of the step.
    cell, cells
        Number of the code cell, from 1, and how many the step has.
    seconds
        How long what has ended took.
    left_seconds
        Estimated time until the run is done; None while nothing is known.
    """

    type: EventType
    run: str
    at: str
    step: str | None = None
    cell: int | None = None
    cells: int | None = None
    seconds: float | None = None
    left_seconds: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The event as it is written: ``v`` first, nothing that is None."""
        values = {name: value for name, value in vars(self).items() if value is not None}
        return {"v": EVENT_VERSION, **values}


Progress = Callable[[Event], None]
"""Called with each event, in the process and thread of the run."""


class EventLog:
    """Writes each event of one run to ``events.jsonl``, to the store and to a callback."""

    def __init__(
        self,
        run_id: str,
        path: Path,
        store: RunStore,
        time_left: TimeLeft,
        progress: Progress | None = None,
    ) -> None:
        self._run_id = run_id
        self._path = path
        self._store = store
        self._time_left = time_left
        self._progress = progress

    def moved(self, path: Path) -> None:
        """Go on writing in the published folder."""
        self._path = path

    def emit(
        self,
        event_type: EventType,
        *,
        step: str | None = None,
        cell: int | None = None,
        cells: int | None = None,
        seconds: float | None = None,
    ) -> Event:
        """Record an event and pass it on. Returns it with the time left."""
        left = self._time_left.update(event_type, step, cell)
        event = Event(
            event_type,
            self._run_id,
            datetime.now(UTC).isoformat(timespec="milliseconds"),
            step,
            cell,
            cells,
            None if seconds is None else round(seconds, 3),
            None if left is None else round(left, 1),
        )
        values = event.as_dict()
        with self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(values) + "\n")
            if not event_type.startswith("cell_"):
                file.flush()
                os.fsync(file.fileno())
        self._store.append_event(self._run_id, values)
        if self._progress is not None:
            self._progress(event)
        return event

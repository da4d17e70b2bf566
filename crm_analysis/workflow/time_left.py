"""How long a run will still take."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

__all__ = ["TimeLeft"]

_MIN_SHARE_DONE = 0.03


class TimeLeft:
    """Estimates the seconds left.

    From the durations of the last finished run of the data set where it has all steps, else from the share
    of code cells done so far.

    Parameters
    ----------
    cells
        Number of code cells by step that this run executes, in order.
    known_seconds
        Duration by step of the last finished run; may be empty.
    """

    def __init__(self, cells: Mapping[str, int], known_seconds: Mapping[str, float]) -> None:
        self._cells = dict(cells)
        self._order: Sequence[str] = list(cells)
        self._known = known_seconds if set(cells) <= set(known_seconds) else {}
        self._done: set[str] = set()
        self._started = self._step_started = time.monotonic()
        self._cell = 0

    def update(self, event_type: str, step: str | None, cell: int | None) -> float | None:
        """Take note of an event and return the seconds left, None while nothing can be said."""
        if event_type == "step_started":
            self._step_started, self._cell = time.monotonic(), 0
        elif event_type == "cell_finished":
            self._cell = cell or 0
        elif event_type == "step_finished" and step:
            self._done.add(step)
            self._cell = 0
        if event_type in {"step_failed", "cancelled", "published"}:
            return None
        current = None if event_type == "step_finished" else step
        return self._from_last_run(current) if self._known else self._from_share()

    def _from_last_run(self, current: str | None) -> float:
        later = sum(self._known[name] for name in self._order if name not in self._done and name != current)
        if current is None or current not in self._known:
            return later
        return later + max(self._known[current] - (time.monotonic() - self._step_started), 0.0)

    def _from_share(self) -> float | None:
        total = sum(self._cells.values())
        done = sum(self._cells[name] for name in self._done if name in self._cells) + self._cell
        if not total or done / total < _MIN_SHARE_DONE:
            return None
        elapsed = time.monotonic() - self._started
        return elapsed * (total - done) / done

from __future__ import annotations

import pytest

from crm_analysis.workflow import time_left
from crm_analysis.workflow.time_left import TimeLeft


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time_left, "time", clock)
    return clock


def test_durations_of_the_last_run(clock: Clock) -> None:
    left = TimeLeft({"00": 4, "01": 4}, {"00": 10.0, "01": 20.0, "02": 99.0})
    assert left.update("run_started", None, None) == 30
    left.update("step_started", "00", None)
    clock.now += 4
    assert left.update("cell_finished", "00", 1) == 26
    clock.now += 60
    assert left.update("cell_finished", "00", 2) == 20
    assert left.update("step_finished", "00", None) == 20
    assert left.update("published", None, None) is None


def test_share_of_cells_where_there_was_no_run(clock: Clock) -> None:
    left = TimeLeft({"00": 4, "01": 6}, {"00": 10.0})
    assert left.update("step_started", "00", None) is None
    clock.now += 2
    assert left.update("cell_finished", "00", 1) == pytest.approx(18.0)
    clock.now += 2
    assert left.update("step_finished", "00", None) == pytest.approx(6.0)

"""Seconds and memory of a piece of work in this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

__all__ = ["measured"]


@contextmanager
def measured(found: dict[str, float], name: str) -> Iterator[None]:
    """Note seconds, and the highest memory of this process in GB without the pages of files it maps."""
    process, stop, peak = psutil.Process(), threading.Event(), [0.0]

    def watch() -> None:
        while not stop.wait(0.05):
            facts = process.memory_info()
            peak[0] = max(peak[0], (facts.rss - facts.shared) / 1e9)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    start = time.perf_counter()
    try:
        yield
    finally:
        found[f"{name}_seconds"] = round(time.perf_counter() - start, 3)
        stop.set()
        watcher.join()
        found[f"{name}_gb"] = round(peak[0], 2)

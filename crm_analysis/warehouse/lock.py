"""One lock a workspace: whoever writes tables holds it, readers never wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from crm_analysis.errors import WarehouseError
from crm_analysis.messages import _

__all__ = ["writing"]


@contextmanager
def writing(folder: Path, wait_seconds: float = 600) -> Iterator[None]:
    """Hold the lock of a warehouse; it is released by the system if the process is killed.

    Raises
    ------
    WarehouseError
        Another process held it for ``wait_seconds``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", timeout=wait_seconds)
    try:
        lock.acquire()
    except Timeout as error:
        raise WarehouseError(
            _(
                "Another process has been writing to this warehouse for {seconds} s. Wait for it, or end it.",
                seconds=int(wait_seconds),
            )
        ) from error
    try:
        yield
    finally:
        lock.release()

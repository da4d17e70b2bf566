"""Kernels of a run: always this Python, started one step ahead, shut down without anyone waiting."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

__all__ = ["KernelPool", "empty", "interrupt", "kill", "without_iri_checks"]

_MAX_SOCKET_PATH = 90
_END_SECONDS = 3.0
_EMPTY_SECONDS = 60.0
_SCRATCH = "crm-run-"
_IRI_GRAMMAR = "rfc3987_syntax"


class _ThisPython(KernelSpecManager):
    """Knows one kernel, the Python that runs now, whatever is installed for the user or named in a notebook."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The specification of the running Python."""
        from ipykernel.kernelspec import get_kernel_dict

        return KernelSpec(**get_kernel_dict())


class KernelPool:
    """Starts kernels before they are needed and ends them in the background.

    Parameters
    ----------
    cwd
        Working folder of the kernels.
    warm_up
        Modules that a kernel imports while it waits for its notebook; one that is missing is skipped.
    """

    def __init__(self, cwd: Path, warm_up: Sequence[str] = ()) -> None:
        self._cwd = cwd
        self._warm_up = tuple(warm_up)
        _remove_left_behind()
        self._scratch = Path(tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-"))
        self._waiting: AsyncKernelManager | None = None
        self._ending = ThreadPoolExecutor(max_workers=2, thread_name_prefix="kernel-end")
        self._started: list[AsyncKernelManager] = []

    def preheat(self) -> None:
        """Start the next kernel now; :meth:`take` hands it out. Returns without waiting for it."""
        if self._waiting is None:
            self._waiting = self._start()

    def take(self) -> AsyncKernelManager:
        """The preheated kernel, or a new one."""
        manager, self._waiting = self._waiting or self._start(), None
        return manager

    def give_back(self, manager: AsyncKernelManager) -> None:
        """End a kernel in the background, so that it can close its files."""
        self._ending.submit(_end, manager)

    def close(self) -> None:
        """End all kernels and remove what they left in the temporary folder."""
        self._ending.shutdown(wait=True)
        for manager in self._started:
            kill(manager)
        self._waiting = None
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _start(self) -> AsyncKernelManager:
        name = uuid.uuid4().hex[:8]
        manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=_ThisPython())
        manager.connection_file = str(self._scratch / f"{name}.json")
        if os.name == "posix" and len(str(self._scratch)) < _MAX_SOCKET_PATH:
            manager.transport = "ipc"
            manager.ip = str(self._scratch / name)
        run_sync(manager.start_kernel)(
            cwd=str(self._cwd),
            env=_environment(self._scratch),
            extra_arguments=["--HistoryManager.hist_file=:memory:", *self._warm_up_arguments()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._started.append(manager)
        return manager

    def _warm_up_arguments(self) -> list[str]:
        names = repr(list(self._warm_up))
        lines = (
            f"def _warm_up():\n import contextlib, importlib, sys\n sys.modules[{_IRI_GRAMMAR!r}] = None\n"
            f" for name in {names}:\n"
            "  with contextlib.suppress(ImportError):\n   importlib.import_module(name)\n_warm_up()\ndel _warm_up"
        )
        return [f"--IPKernelApp.exec_lines=exec({lines!r})"]


@contextmanager
def without_iri_checks() -> Iterator[None]:
    """Import jsonschema, which papermill needs, without its grammar of addresses in all alphabets.

    Building the grammar takes 1.5 s in every process, and no notebook is checked with it.
    """
    hide = "jsonschema" not in sys.modules and _IRI_GRAMMAR not in sys.modules
    if hide:
        sys.modules[_IRI_GRAMMAR] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hide:
            del sys.modules[_IRI_GRAMMAR]


def interrupt(manager: AsyncKernelManager) -> None:
    """Interrupt what a kernel executes; from any thread."""
    with suppress(RuntimeError, OSError):
        run_sync(manager.interrupt_kernel)()


def kill(manager: AsyncKernelManager) -> None:
    """End a kernel at once; nothing happens where it has ended."""
    with suppress(RuntimeError, OSError):
        if run_sync(manager.is_alive)():
            run_sync(manager.shutdown_kernel)(now=True)


def empty(manager: AsyncKernelManager) -> None:
    """Forget all variables of a kernel; what it has imported stays.

    Raises
    ------
    nbclient.exceptions.DeadKernelError
        The kernel does not answer.
    """
    from nbclient.exceptions import DeadKernelError  # nbclient takes a moment to import

    with _client(manager) as client:
        try:
            client.execute_interactive("%reset -f", silent=True, store_history=False, timeout=_EMPTY_SECONDS)
        except (RuntimeError, OSError, Empty, TimeoutError) as error:
            raise DeadKernelError(str(error)) from error


@contextmanager
def _client(manager: AsyncKernelManager) -> Iterator[BlockingKernelClient]:
    client = BlockingKernelClient()
    client.load_connection_info(manager.get_connection_info())
    client.start_channels()
    try:
        yield client
    finally:
        client.stop_channels()


def _end(manager: AsyncKernelManager) -> None:
    """Ask a kernel to end, so that it closes its files; kill it where it does not."""
    client = BlockingKernelClient()
    client.load_connection_info(manager.get_connection_info())
    try:
        client.shutdown(reply=True, timeout=_END_SECONDS)
        over = time.monotonic() + _END_SECONDS
        while run_sync(manager.is_alive)() and time.monotonic() < over:
            time.sleep(0.05)
    except (RuntimeError, OSError, Empty, TimeoutError):
        pass
    finally:
        client.stop_channels()
    kill(manager)


def _remove_left_behind() -> None:
    """Remove temporary folders of processes that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*-*"):
        owner = folder.name.removeprefix(_SCRATCH).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _environment(scratch: Path) -> dict[str, Any]:
    return {
        **os.environ,
        "IPYTHONDIR": str(scratch / "ipython"),
        "PLOTLY_RENDERER": "plotly_mimetype",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONIOENCODING": "utf-8",
    }

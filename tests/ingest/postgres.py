"""A throwaway server of PostgreSQL, from Debian's package; skipped with the reason where there is none."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "s3cret-Shop-77"


def _binary(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


def _as_owner(*words: str) -> list[str]:
    """PostgreSQL refuses to run as root: there it runs as the user postgres."""
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else [*words]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server() -> Iterator[str]:
    """The address of a server with a database ``shop`` and a password; it ends with the block."""
    if os.name != "posix":
        pytest.skip("the server is tested on POSIX systems")
    initdb, control = _binary("initdb"), _binary("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("PostgreSQL is not installed (tests/system_packages.sh installs it)")
    folder = Path(tempfile.mkdtemp(prefix="crm-postgres-"))
    port = _free_port()
    try:
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if os.geteuid() == 0:
            for path in (folder, secret):
                shutil.chown(path, "postgres")
        data = folder / "data"
        init = [initdb, "-D", str(data), "-U", "shop", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8"]
        subprocess.run(_as_owner(*init, "--no-sync", "--locale=C.UTF-8"), check=True, capture_output=True, cwd=folder)
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -F"
        start = [control, "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start"]
        subprocess.run(_as_owner(*start), check=True, capture_output=True, cwd=folder, timeout=60)
        try:
            yield f"postgresql://shop:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            stop = [control, "-D", str(data), "-m", "immediate", "-w", "stop"]
            subprocess.run(_as_owner(*stop), check=False, capture_output=True, cwd=folder, timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""Pages of published reports, in a frame that reaches nothing of JupyterLab.

A page in a frame with an origin of its own sends no cookie along when a reader follows a link, and the plain file
route turns it away. So who is known asks for a ticket first: an unguessable part of the address, good for the files
of one run and for half a day.
"""

from __future__ import annotations

import mimetypes
import secrets
import threading
import time
from pathlib import Path

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from crm_analysis.errors import ConfigError
from crm_analysis.messages import _
from crm_analysis.server.confined import below
from crm_analysis.workflow.files import read_json
from crm_analysis.workflow.run_folder import MANIFEST

__all__ = ["ReportHandler", "Tickets"]

_LIFE_SECONDS = 12 * 3600.0


class Tickets:
    """Who may read which run: tickets in memory, gone with the server."""

    def __init__(self) -> None:
        self._folders: dict[str, tuple[Path, float]] = {}
        self._turn = threading.Lock()

    def issue(self, page: Path) -> tuple[str, str]:
        """A ticket for the run that a page belongs to, and the page's path in the folder of the run.

        Raises
        ------
        ConfigError
            The page is not that of a published run.
        """
        for folder in page.parents:
            if page.is_file() and (read_json(folder / MANIFEST) or {}).get("state") == "done":
                ticket = secrets.token_urlsafe(32)
                with self._turn:
                    self._drop_old()
                    self._folders[ticket] = (folder, time.monotonic() + _LIFE_SECONDS)
                return ticket, page.relative_to(folder).as_posix()
        raise ConfigError(_("{file} is not a page of a report.", file=page.name))

    def folder(self, ticket: str) -> Path | None:
        """The folder that a ticket opens; None for one that is not known or too old."""
        with self._turn:
            self._drop_old()
            found = self._folders.get(ticket)
        return found[0] if found else None

    def _drop_old(self) -> None:
        now = time.monotonic()
        self._folders = {ticket: entry for ticket, entry in self._folders.items() if entry[1] > now}


class ReportHandler(JupyterHandler):
    """``/report/TICKET/PATH``: a file of a published run.

    The page gets an origin of its own (``sandbox``) and may load only what lies beside it: its scripts draw figures,
    and neither read JupyterLab's pages nor call its routes.
    """

    def initialize(self, tickets: Tickets) -> None:
        """Take the tickets."""
        self.tickets = tickets

    @property
    def content_security_policy(self) -> str:
        """Own origin, nothing from elsewhere, shown in JupyterLab only."""
        own = f"{self.request.protocol}://{self.request.host} 'unsafe-inline' data: blob:"
        return (
            f"sandbox allow-scripts allow-popups allow-downloads; default-src {own}; connect-src 'none'; "
            "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
        )

    @allow_unauthenticated
    async def get(self, ticket: str, path: str) -> None:
        """Send the file to who has a ticket."""
        folder = self.tickets.folder(ticket)
        if folder is None:
            raise web.HTTPError(403)
        try:
            file = below(folder, path)
        except ConfigError as error:
            raise web.HTTPError(404) from error
        if not file.is_file():
            raise web.HTTPError(404)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self.set_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Referrer-Policy", "no-referrer")
        await self.finish(file.read_bytes())

"""The executed report as it stands, without kernels, behind the same token."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from tornado.web import Application, ErrorHandler, HTTPError, RequestHandler

from crm_analysis.voila_server.files import FULL, file_rules, report_address
from crm_analysis.voila_server.guard import guarded
from crm_analysis.voila_server.listening import listen
from crm_analysis.voila_server.options import ServeOptions

__all__ = ["PlainServer", "send_to_report"]


def send_to_report(handler: RequestHandler, options: ServeOptions, *, full: bool = False) -> None:
    """Send a visitor to the latest report.

    Parameters
    ----------
    full
        Because all kernels are taken: the page says so.
    """
    address = report_address(options.base_url, options.reports, options.data_set)
    if address is None:
        raise HTTPError(404)
    handler.redirect(f"{address}?{FULL}=1" if full else address)


class _FirstHandler(RequestHandler):
    def initialize(self, options: ServeOptions) -> None:
        """Take what the server was started with."""
        self.started_with = options

    def get(self) -> None:
        """Send the visitor to the latest report."""
        send_to_report(self, self.started_with)


class PlainServer:
    """Serves the files of the published reports.

    Parameters
    ----------
    options
        Where they lie, who may read them.
    """

    def __init__(self, options: ServeOptions) -> None:
        self.options = options
        self.port = options.serve.port

    def application(self) -> Application:
        """The routes, each behind the token."""
        rules: list[Any] = file_rules(self.options.base_url, self.options.reports)
        first = (self.options.base_url, _FirstHandler, {"options": self.options})
        missing = (r".*", ErrorHandler, {"status_code": 404})
        return Application(
            guarded([first, *rules, missing]),
            crm_token=self.options.token,
            crm_port=lambda: self.port,
            base_url=self.options.base_url,
            cookie_secret=secrets.token_bytes(32),
        )

    def start(self) -> None:
        """Listen until the process is interrupted.

        Raises
        ------
        RunError
            The port is taken.
        """
        asyncio.run(self._run())

    async def _run(self) -> None:
        self.port = listen(self.application(), self.options.serve.ip, self.port)
        self.options.ready(self.options.address(self.port))
        await asyncio.Event().wait()

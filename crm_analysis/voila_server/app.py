"""Voila with the dashboard: a token on every route, kernels that wait and are counted, a page without sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tornado.ioloop import IOLoop
from tornado.web import ErrorHandler, HTTPError
from traitlets.config import Config
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler

from crm_analysis.dashboard.page import PAGE
from crm_analysis.voila_server.files import file_rules
from crm_analysis.voila_server.guard import guarded
from crm_analysis.voila_server.listening import listen
from crm_analysis.voila_server.options import ServeOptions
from crm_analysis.voila_server.plain import send_to_report

__all__ = ["DashboardServer", "Places"]

_WIDGETS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8"]
_WARNING = 30


class Places:
    """Who has a kernel of their own; the waiting ones are not counted.

    Parameters
    ----------
    most
        Visitors with a kernel at a time.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._coming: set[object] = set()
        self._kernels: set[str] = set()

    def take(self, visitor: object, manager: Any) -> bool:
        """Keep a place for a visitor whose kernel is on its way; False where none is free."""
        self._kernels &= set(manager.list_kernel_ids())
        if len(self._kernels) + len(self._coming) >= self.most:
            return False
        self._coming.add(visitor)
        return True

    def arrive(self, visitor: object, kernel_id: str) -> None:
        """The kernel of a visitor is there."""
        self._coming.discard(visitor)
        self._kernels.add(kernel_id)

    def leave(self, visitor: object) -> None:
        """A visitor is served, or went away before a kernel was there."""
        self._coming.discard(visitor)


class _CountedKernels:
    """The kernel manager as one visitor sees it: what it hands out is counted."""

    def __init__(self, manager: Any, places: Places, visitor: object) -> None:
        self._manager, self._places, self._visitor = manager, places, visitor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)

    async def get_rendered_notebook(self, **given: Any) -> Any:
        """A kernel that waited, with its page."""
        found = await self._manager.get_rendered_notebook(**given)
        self._places.arrive(self._visitor, str(found[2]))
        return found

    async def start_kernel(self, **given: Any) -> Any:
        """A fresh kernel."""
        kernel_id = await self._manager.start_kernel(**given)
        self._places.arrive(self._visitor, str(kernel_id))
        return kernel_id


class _AppHandler(TornadoVoilaHandler):  # type: ignore[misc]
    """The dashboard where a kernel is free, else the report at once."""

    def initialize(self, options: ServeOptions, places: Places, **given: Any) -> None:
        """Take what the server was started with."""
        super().initialize(**given)
        self._options, self._places = options, places

    @property
    def kernel_manager(self) -> _CountedKernels:
        """The server's, counted for this visitor."""
        return _CountedKernels(self.settings["kernel_manager"], self._places, self)

    async def get(self, path: str | None = None) -> None:
        """Show the dashboard."""
        if path:
            raise HTTPError(404)
        if not self._places.take(self, self.settings["kernel_manager"]):
            send_to_report(self, self._options, full=True)
            return
        try:
            await super().get()
        finally:
            self._places.leave(self)


class _LeavingHandler(VoilaShutdownKernelHandler):  # type: ignore[misc]
    """Ends the kernel of a page that closes; the closing page cannot send more than the cookie and the kernel's id."""

    def check_xsrf_cookie(self) -> None:
        """Nothing more: the cookie is not sent from other sites, and nobody else knows the id."""


class DashboardServer(Voila):  # type: ignore[misc]
    """Serves the dashboard, made by :meth:`made`."""

    options: ServeOptions

    @classmethod
    def made(cls, notebook: Path, options: ServeOptions) -> DashboardServer:
        """A server for a notebook.

        Parameters
        ----------
        notebook
            The dashboard's.
        options
            Where the reports lie, who may read them, how many at a time.
        """
        server = cls(config=_config(notebook, options))
        server.options = options
        server.initialize([])
        return server

    def setup_template_dirs(self) -> None:
        """Put the page of the dashboard before those of Voila."""
        super().setup_template_dirs()
        self.template_paths: list[str] = [str(PAGE), *self.template_paths]

    def init_settings(self) -> dict[str, Any]:
        """Settings of the application; nothing is fetched from elsewhere to set formulas."""
        return {
            **super().init_settings(),
            "crm_token": self.options.token,
            "crm_port": lambda: self.port,
            "default_handler_class": guarded([(".*", ErrorHandler)])[0][1],
            "default_handler_args": {"status_code": 404},
        }

    def init_handlers(self) -> list[tuple[Any, ...]]:
        """All routes of Voila and ours, each behind the token."""
        leaving = {VoilaShutdownKernelHandler: _LeavingHandler}
        rules = [(rule[0], leaving.get(rule[1], rule[1]), *rule[2:]) for rule in super().init_handlers()]
        pattern, _voila, given = rules.pop()
        mine = {**given, "options": self.options, "places": Places(self.options.serve.most_visitors)}
        files = file_rules(self.options.base_url, self.options.reports)
        return guarded([*files, *rules, (pattern, _AppHandler, mine)])

    def listen(self) -> None:
        """Listen, say where, and serve until the process is interrupted."""
        self.ioloop = IOLoop.current()
        try:
            self.port: int = listen(self.app, self.ip, self.port)
            self.options.ready(self.options.address(self.port))
            self.ioloop.start()
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()


def _config(notebook: Path, options: ServeOptions) -> Config:
    """Settings of Voila; files of settings of the machine are not read."""
    serve = options.serve
    kernels = {
        "cull_idle_timeout": round(serve.idle_minutes * 60),
        "cull_interval": max(1, min(60, round(serve.idle_minutes * 30))),
        "cull_connected": True,
    }
    return Config(
        {
            "Voila": {
                "notebook_path": str(notebook),
                "config_file_paths": [],
                "base_url": options.base_url,
                "ip": serve.ip,
                "port": serve.port,
                "open_browser": False,
                "token": options.token,
                "log_level": _WARNING,
            },
            "VoilaConfiguration": {
                "strip_sources": True,
                "preheat_kernel": serve.preheated > 0,
                "default_pool_size": serve.preheated,
                "extension_allowlist": _WIDGETS,
                "file_allowlist": [],
                "show_tracebacks": False,
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
            },
            "MappingKernelManager": kernels,
        }
    )

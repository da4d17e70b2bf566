"""``serve``: the reports as a web page."""

from __future__ import annotations

import os
import secrets
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from crm_analysis.config import Settings, load_settings
from crm_analysis.dashboard.app import CONFIG
from crm_analysis.errors import RunError
from crm_analysis.messages import _
from crm_analysis.resources import resource
from crm_analysis.voila_server.options import ServeOptions
from crm_analysis.workflow.run_folder import latest_published

__all__ = ["serve"]

NOTEBOOK = "dashboard.ipynb"


def serve(
    config: Path, overrides: Mapping[str, Any], *, public: bool = False, static: bool = False, browser: bool = True
) -> None:
    """Serve the reports until the process is interrupted.

    Parameters
    ----------
    config
        File of settings, or its folder.
    overrides
        Settings of the command line.
    public
        Without a token: whoever reaches the port reads all reports.
    static
        The executed reports without kernels.
    browser
        Open the page in a browser.

    Raises
    ------
    RunError
        There is no report yet, or the port is taken.
    """
    settings = load_settings(config, overrides)
    if latest_published(settings.reports / settings.slug, whole=False) is None:
        raise RunError(_("There is no report yet. Run 'crm-analysis run' first."))
    if public:
        typer.echo(_("Warning: whoever reaches this address reads every report, without a token."), err=True)

    def ready(address: str) -> None:
        typer.echo(_("The reports are at {address}", address=address))
        typer.echo(_("Stop with Ctrl+C."))
        if browser:
            webbrowser.open(address)

    _server(settings, ServeOptions.of(settings, "" if public else secrets.token_urlsafe(24), ready), static).start()


def _server(settings: Settings, options: ServeOptions, static: bool) -> Any:
    if static:
        from crm_analysis.voila_server.plain import PlainServer

        return PlainServer(options)
    from crm_analysis.voila_server.app import DashboardServer  # Voila takes a second to import

    os.environ[CONFIG] = str(settings.path)  # the kernels read it
    os.environ["CRM_ANALYSIS_PROJECT__LANG"] = settings.lang
    own = settings.notebooks / NOTEBOOK
    return DashboardServer.made(own if own.is_file() else resource("notebooks") / NOTEBOOK, options)

"""Files that the pages load: those of published runs, without sources, and the scripts and styles of the dashboard."""

from __future__ import annotations

import io
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from tornado.escape import url_escape
from tornado.ioloop import IOLoop
from tornado.web import HTTPError, RequestHandler

from crm_analysis.dashboard.page import PAGE
from crm_analysis.messages import _
from crm_analysis.workflow.run_folder import latest_published, list_published
from crm_analysis.workflow.style import TEMPLATES
from crm_analysis.workflow.without_code import page_without_code

__all__ = ["FULL", "AssetHandler", "ReportHandler", "file_rules", "report_address"]

_SHOWN = re.compile(r"(?:(?:en|ko|xx)/)?[\w-]+\.html|assets/[\w.-]+\.js|audiences/[\w.-]+\.csv|tables/[\w.-]+\.csv")
_KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".csv": "text/csv"}
_DAY = 24 * 3600
FULL = "full"
"""In the query of an address: the visitor was sent here because all kernels are taken."""


class ReportHandler(RequestHandler):
    """Pages, lists and tables of a published run; never a notebook, a note or the manifest."""

    def initialize(self, reports: Path) -> None:
        """Take the folder of all reports."""
        self.reports = reports

    async def get(self, data_set: str, run_id: str, name: str) -> None:
        """Send one file of a run: a page without code, or a table of it as CSV."""
        parent = self.reports / data_set
        known = {run.run_id for run in list_published(parent)}
        if run_id not in known or parent.parent != self.reports or not _SHOWN.fullmatch(name):
            raise HTTPError(404)
        run = parent / run_id
        stored = run / Path(name).with_suffix(".parquet") if name.startswith("tables/") else run / name
        if not stored.is_file():
            raise HTTPError(404)
        kind = Path(name).suffix
        self.set_header("Content-Type", f"{_KINDS[kind]}; charset=utf-8")
        if kind == ".csv":
            self.set_header("Content-Disposition", f'attachment; filename="{Path(name).name}"')
        if kind == ".html":
            self.clear_header("Content-Security-Policy")  # each page brings its own, which is stricter
        content = await IOLoop.current().run_in_executor(None, _content, stored, kind)
        self.finish(self._noted(content) if kind == ".html" and FULL in self.request.query_arguments else content)

    def _noted(self, page: bytes) -> bytes:
        """The page with a line that says why there is no dashboard."""
        text = _("All places of the dashboard are taken; this is the same report without it.")
        again = f'<a href="{escape(self.settings["base_url"])}">{escape(_("Try the dashboard again"))}</a>'
        note = f'<p class="banner" role="status">{escape(text)} {again}</p>'
        return page.replace(b"<main>", b"<main>\n" + note.encode(), 1)


def _content(stored: Path, kind: str) -> bytes:
    if kind == ".html":
        return page_without_code(stored.read_text(encoding="utf-8")).encode()
    if stored.suffix != ".parquet":
        return stored.read_bytes()
    import pandas as pd

    from crm_analysis.workflow.audience import write_csv

    stream = io.BytesIO()
    write_csv(pd.read_parquet(stored), stream)
    return stream.getvalue()


def report_address(base_url: str, reports: Path, data_set: str) -> str | None:
    """Address of the first page of the latest report of a data set; None where there is none."""
    parent = reports / data_set
    latest = latest_published(parent) or latest_published(parent, whole=False)
    return None if latest is None else f"{base_url}report/{url_escape(data_set, plus=False)}/{latest.run_id}/index.html"


class AssetHandler(RequestHandler):
    """Scripts and styles of the dashboard's page, Plotly among them."""

    def initialize(self, names: tuple[str, ...]) -> None:
        """Take the names that there are."""
        self.names = names

    def get(self, name: str) -> None:
        """Send one of them."""
        if name not in self.names:
            raise HTTPError(404)
        self.set_header("Content-Type", f"{_KINDS[Path(name).suffix]}; charset=utf-8")
        self.set_header("Cache-Control", f"private, max-age={_DAY}" if name == _PLOTLY else "no-cache")
        self.finish(_asset(name))


_PLOTLY = "plotly.min.js"
_PLACES = {
    "report.css": TEMPLATES / "report" / "report.css",
    "figures.js": TEMPLATES / "report" / "figures.js",
    "dashboard.css": PAGE / "dashboard.css",
    "dashboard.js": PAGE / "dashboard.js",
    "theme.js": PAGE / "theme.js",
}


@cache
def _asset(name: str) -> bytes:
    if name == _PLOTLY:
        from plotly.offline import get_plotlyjs

        return str(get_plotlyjs()).encode()
    return _PLACES[name].read_bytes()


def file_rules(base_url: str, reports: Path) -> list[tuple[Any, ...]]:
    """The routes of both kinds of files, below the base of the server."""
    assets = {"names": (_PLOTLY, *_PLACES)}
    return [
        (rf"{re.escape(base_url)}report/([^/]+)/([^/]+)/(.+)", ReportHandler, {"reports": reports}),
        (rf"{re.escape(base_url)}crm/([\w.]+)", AssetHandler, assets),
    ]

"""The app: pick a data set and a run, read its first screen and steps, search its tables, ask what if."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

from ipywidgets import Box, Button, Dropdown, HBox, ToggleButtons, VBox

from crm_analysis.config import load_settings
from crm_analysis.dashboard import page
from crm_analysis.dashboard.published import PublishedRun, published_runs
from crm_analysis.messages import _, current_language, use_language

__all__ = ["CONFIG", "Dashboard", "open_dashboard"]

CONFIG = "CRM_ANALYSIS_CONFIG"
"""Environment variable that names the settings a server was started with."""
_ROOT = "VOILA_BASE_URL"
_LANGUAGES = (("English", "en"), ("한국어", "ko"))
_FRONT, _CHANGES, _WHAT_IF, _TABLES = "index.html", "changes", "what_if", "tables"


class Dashboard:
    """The app of one visitor. Shows itself in a notebook.

    Parameters
    ----------
    reports
        Folder of all reports.
    data_set
        Shown first, where it has a run.
    root
        Where the server with the files of the reports begins; empty where there is none.
    """

    def __init__(self, reports: Path, data_set: str = "", root: str = "") -> None:
        self._reports, self._root = reports, root
        self._runs = published_runs(reports)
        self._data_set = data_set if data_set in self._runs else next(iter(self._runs), "")
        self._run = self._runs[self._data_set][0] if self._runs else None
        self._tab = _FRONT
        self._body = VBox().add_class("crm-body")
        self.box = VBox().add_class("crm-app")
        self._build()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.box)

    def _build(self) -> None:
        """Make all widgets anew, in the language in use."""
        if self._run is None:
            self.box.children = [page.content(page.words() + page.note(_("There is no report yet.")))]
            return
        top = HBox([page.content(page.words() + page.head(self._run), "crm-head"), *self._switches()])
        self.box.children = [
            top.add_class("crm-top"),
            HBox(self._choices()).add_class("crm-controls"),
            self._tabs(self._run),
            self._body,
        ]
        self._show()

    def _choices(self) -> list[Any]:
        assert self._run is not None
        data_sets = [(runs[0].project, name) for name, runs in self._runs.items()]
        sets = Dropdown(options=data_sets, value=self._data_set, description=_("Data set"))
        runs = Dropdown(
            options=[(run.label, run.id) for run in self._runs[self._data_set]],
            value=self._run.id,
            description=_("Run"),
        ).add_class("crm-wide")
        sets.observe(lambda change: self._open(change["new"], ""), "value")
        runs.observe(lambda change: self._open(self._data_set, change["new"]), "value")
        return [sets, runs]

    def _switches(self) -> list[Any]:
        lang = ToggleButtons(options=_LANGUAGES, value="ko" if current_language() == "ko" else "en")
        lang.observe(lambda change: self._speak(change["new"]), "value")
        theme, paper = Button(description=_("Dark or light")), Button(description=_("Print"))
        again = Button(description=_("Look for new runs"))
        again.on_click(lambda _button: self._look_again())
        switches = [lang.add_class("crm-lang"), theme.add_class("crm-theme"), paper.add_class("crm-print")]
        return [*switches, again.add_class("crm-again")]

    def _tabs(self, run: PublishedRun) -> ToggleButtons:
        options = [
            (_("Overview"), _FRONT),
            *((f"{step.number} {step.title()}", step.page) for step in run.steps),
            (_("Changes"), _CHANGES),
            (_("What if"), _WHAT_IF),
            (_("Tables"), _TABLES),
        ]
        if self._tab not in {value for _label, value in options}:
            self._tab = _FRONT
        tabs = ToggleButtons(options=options, value=self._tab, tooltips=[value for _label, value in options])
        tabs.observe(lambda change: self._turn_to(change["new"]), "value")
        return tabs.add_class("crm-tabs")

    def _open(self, data_set: str, run_id: str) -> None:
        self._data_set = data_set
        runs = self._runs[data_set]
        self._run = next((run for run in runs if run.id == run_id), runs[0])
        self._build()

    def _speak(self, lang: str) -> None:
        use_language(lang)
        self._build()

    def _look_again(self) -> None:
        """Read the list of runs anew, as a page does that was made before its visitor came."""
        known = {name: [run.id for run in runs] for name, runs in self._runs.items()}
        found = published_runs(self._reports)
        if {name: [run.id for run in runs] for name, runs in found.items()} == known:
            return
        was_newest = self._run is not None and self._run.id == self._runs[self._data_set][0].id
        self._runs = found
        if found:
            there = self._data_set if self._data_set in found else next(iter(found))
            self._open(there, "" if was_newest or self._run is None else self._run.id)

    def _turn_to(self, tab: str) -> None:
        self._tab = tab
        self._show()

    def _show(self) -> None:
        if self._run is None:
            return
        made: dict[str, Callable[[PublishedRun], Box]] = {
            _CHANGES: self._changes,
            _WHAT_IF: self._what_if,
            _TABLES: self._tables,
        }
        self._body.children = [made.get(self._tab, self._page)(self._run)]

    def _page(self, run: PublishedRun) -> Box:
        kind = "front" if self._tab == _FRONT else "step"
        return VBox([page.content(run.body(self._tab, self._root), kind)])

    def _tables(self, run: PublishedRun) -> Box:
        from crm_analysis.dashboard.table_view import table_view

        return table_view(run, self._root)

    def _what_if(self, run: PublishedRun) -> Box:
        from crm_analysis.dashboard.what_if_view import what_if_view

        return what_if_view(run)

    def _changes(self, run: PublishedRun) -> Box:
        from crm_analysis.dashboard.changes_view import changes_view

        return changes_view(run, [other for other in self._runs[run.data_set] if other.id != run.id])


def open_dashboard(config: str = "", lang: str = "") -> Dashboard:
    """The app over the reports of a project, as the notebook ``dashboard`` opens it.

    Parameters
    ----------
    config
        File of settings; empty takes the one that ``crm-analysis serve`` was started with, else that of the workspace.
    lang
        Language; empty for that of the settings.
    """
    settings = load_settings(config or os.environ.get(CONFIG) or Path("..") / "crm.toml")
    use_language(lang or settings.lang)
    app = Dashboard(settings.reports, settings.slug, os.environ.get(_ROOT, ""))
    Thread(target=_warm, name="imports", daemon=True).start()
    return app


def _warm() -> None:
    """Import what only later questions need, while the visitor reads the first screen."""
    from crm_analysis.dashboard import changes_view, what_if_view  # noqa: F401

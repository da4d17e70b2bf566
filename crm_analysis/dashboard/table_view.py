"""Every handed-over table of a run: pick, search, sort, page, download."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import pandas as pd
from ipywidgets import Button, Checkbox, Dropdown, HBox, Text, VBox

from crm_analysis import formats as f
from crm_analysis.contract.handed_over import HANDED_OVER
from crm_analysis.dashboard import page
from crm_analysis.dashboard.published import PublishedRun
from crm_analysis.dashboard.tables import ROWS_OF_PAGE, TableQuery, found_rows, table_html
from crm_analysis.messages import _
from crm_analysis.workflow.steps import step_of

__all__ = ["table_view"]

_FIRST = "strategy_by_segment"


class _TableView:
    """The widgets of the view and what they do."""

    def __init__(self, run: PublishedRun, root: str) -> None:
        self._run, self._root = run, root
        self._frame = pd.DataFrame()
        self._page = 0
        names = list(run.tables)
        first = _FIRST if _FIRST in names else names[0]
        labels = [(self._label(name), name) for name in names]
        self._pick = Dropdown(options=labels, value=first, description=_("Table")).add_class("crm-wide")
        self._words = Text(description=_("Search"), continuous_update=False)
        self._sort = Dropdown(description=_("Sort by"))
        self._down = Checkbox(description=_("Largest first"), indent=False)
        self._back, self._on = Button(description=_("Back")), Button(description=_("Next"))
        self._told, self._shown = page.content(""), page.content("")
        parts = [self._pick, self._words, self._sort, self._down]
        self.box = VBox(
            [
                HBox(parts).add_class("crm-controls"),
                self._told,
                self._shown,
                HBox([self._back, self._on]).add_class("crm-controls"),
            ]
        )
        self._open()
        self._pick.observe(lambda _change: self._open(), "value")
        for widget in (self._words, self._sort, self._down):
            widget.observe(lambda _change: self._turn(-self._page), "value")
        self._back.on_click(lambda _button: self._turn(-1))
        self._on.on_click(lambda _button: self._turn(1))

    def _label(self, name: str) -> str:
        step = HANDED_OVER[name].step if name in HANDED_OVER else "--"
        return f"{step} {name} ({f.number(self._run.tables[name], 0)})"

    def _open(self) -> None:
        name = self._pick.value
        self._frame = self._run.table(name)
        self._page = 0
        self._sort.options = [(_("order of the table"), ""), *((str(c), str(c)) for c in self._frame.columns)]
        self._sort.value = ""
        address = f"{self._root}report/{self._run.data_set}/{self._run.id}/tables/{name}.csv"
        saved = f'<a href="{escape(address)}" download="{escape(name)}.csv">{escape(_("Download as CSV"))}</a>'
        known = HANDED_OVER.get(name)
        by = _("Step {step}: {title}", step=known.step, title=step_of(known.step).title()) if known else ""
        page.put(self._told, f'<p class="text">{escape(by)} {saved if self._root else ""}</p>')
        self._show()

    def _turn(self, pages: int) -> None:
        self._page = max(0, self._page + pages)
        self._show()

    def _show(self) -> None:
        query = TableQuery(self._words.value, self._sort.value or "", self._down.value)
        rows = len(found_rows(self._frame, query))
        self._page = min(self._page, max(0, (rows - 1) // ROWS_OF_PAGE))
        self._back.disabled = self._page == 0
        self._on.disabled = (self._page + 1) * ROWS_OF_PAGE >= rows
        page.put(self._shown, table_html(self._frame, replace(query, page=self._page)))


def table_view(run: PublishedRun, root: str) -> VBox:
    """All tables of a run.

    Parameters
    ----------
    run
        Which.
    root
        Where the server that holds the downloads begins; empty where there is none.
    """
    return _TableView(run, root).box if run.tables else VBox([page.content(page.note(_("The run has no tables.")))])

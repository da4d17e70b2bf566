"""The what-if view: three sliders, the numbers they move, and the budget curve."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from ipywidgets import HBox, IntSlider, SelectionSlider, VBox

from crm_analysis import formats as f
from crm_analysis.dashboard import page
from crm_analysis.dashboard.published import PublishedRun
from crm_analysis.dashboard.what_if import WhatIf
from crm_analysis.messages import _, current_language, language
from crm_analysis.narrative import what_if as words
from crm_analysis.plots import budget_curve
from crm_analysis.workflow.html_table import escaped, html_table

__all__ = ["what_if_view"]

_NEEDED = {"customer_scores", "strategy_by_segment", "budget_curve"}
_STEPS = 40


class _WhatIfView:
    """The sliders and what they move; each moves only what depends on it."""

    def __init__(self, run: PublishedRun) -> None:
        self._run, self._ask, self._lang = run, WhatIf(run), current_language()
        style = {"description_width": "initial"}
        self._points = IntSlider(1, 1, 10, description=_("Retention, points more"), style=style)
        self._budget = SelectionSlider(
            options=self._budgets(), value=self._ask.budget, description=_("Budget"), style=style
        )
        self._margin = SelectionSlider(
            options=self._margins(), value=self._ask.margin, description=_("Margin"), style=style
        )
        self._shown = {name: page.content("") for name in ("retention", "budget", "margin", "pays", "curve")}
        parts = self._shown
        self.box = VBox(
            [
                page.content(f'<p class="text">{escaped(words.caution())}</p>'),
                HBox([self._points, self._budget, self._margin]).add_class("crm-controls").add_class("crm-sliders"),
                HBox([parts["retention"], parts["budget"], parts["margin"]]).add_class("crm-answers"),
                parts["curve"],
                parts["pays"],
            ]
        )
        self._all()
        self._points.observe(lambda _change: self._in_language(self._retention), "value")
        self._budget.observe(lambda _change: self._in_language(self._spend), "value")
        self._margin.observe(lambda _change: self._in_language(self._all), "value")

    def _budgets(self) -> list[tuple[str, float]]:
        """From nothing to all that pays, the run's own among them."""
        steps = {*np.linspace(0, float(self._ask.curve["budget"].max()), _STEPS).tolist(), self._ask.budget}
        return [(f.money(value, self._run.currency), float(value)) for value in sorted(steps)]

    def _margins(self) -> list[tuple[str, float]]:
        """Whole percentages of revenue, the run's own among them."""
        steps = {*(percent / 100 for percent in range(5, 100, 5)), self._ask.margin}
        return [(f.percent(value, 1), value) for value in sorted(steps)]

    def _in_language(self, answer: Callable[[], None]) -> None:
        with language(self._lang):
            answer()

    def _put(self, name: str, sentence: str) -> None:
        page.put(self._shown[name], f'<p class="answer">{escaped(sentence)}</p>')

    def _all(self) -> None:
        margin, currency = self._margin.value, self._run.currency
        pays = self._ask.break_even(margin)
        value = self._ask.value(margin)
        self._put("margin", words.margin_sentence(margin, self._ask.margin, value, pays, currency))
        page.put(self._shown["pays"], html_table(*words.pays_rows(pays), most=20))
        self._retention()
        self._spend()

    def _retention(self) -> None:
        points = self._points.value
        worth = self._ask.retention(points, self._margin.value)
        self._put("retention", words.retention_sentence(points, worth, self._run.currency))

    def _spend(self) -> None:
        margin, currency = self._margin.value, self._run.currency
        found = self._ask.spend(self._budget.value, margin)
        said = words.budget_sentence(found.spent, found.profit, found.customers, found.price, currency)
        self._put("budget", said)
        titles = words.curve_words(found.spent, found.profit, currency)
        drawn = budget_curve(
            self._ask.curve_at(margin),
            currency=currency,
            title=titles["title"],
            subtitle=titles["subtitle"],
            caption=titles["caption"],
            now=self._budget.value,
            recommended=self._ask.recommended,
        )
        page.put(self._shown["curve"], page.figure(drawn, words.no_curve()))


def what_if_view(run: PublishedRun) -> VBox:
    """What-if questions about a run, or what they need where it cannot answer them."""
    known = set(run.tables) >= _NEEDED and {"margin", "budget"} <= set(run.facts)
    if not known or len(run.table("budget_curve")) < 2:
        return VBox([page.content(page.note(words.no_curve()))])
    return _WhatIfView(run).box

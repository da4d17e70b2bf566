"""What changed since an earlier run: the sentences of the first screen, for any two runs of a data set."""

from __future__ import annotations

from collections.abc import Sequence

from ipywidgets import Dropdown, HBox, VBox

from crm_analysis.dashboard import page
from crm_analysis.dashboard.published import PublishedRun
from crm_analysis.messages import _, current_language, language
from crm_analysis.narrative.changes import changes
from crm_analysis.narrative.explained import without_marks
from crm_analysis.workflow.html_table import escaped
from crm_analysis.workflow.run_state import run_state_of

__all__ = ["changes_html", "changes_view"]


def changes_html(run: PublishedRun, earlier: PublishedRun) -> str:
    """What changed between two runs, the most money first, as a list."""
    now, before = run_state_of(run.folder), run_state_of(earlier.folder)
    if now is None or before is None:
        return page.note(_("These runs cannot be compared: one of them has not all steps."))
    lines = (escaped(without_marks(line)) for line in changes(now, before, run.currency))
    return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"


def changes_view(run: PublishedRun, others: Sequence[PublishedRun]) -> VBox:
    """A run beside one of the others, the newest earlier one first.

    Parameters
    ----------
    run
        The run that is read.
    others
        Runs of the same data set to compare it with.
    """
    if not others:
        return VBox([page.content(page.note(_("This is the first run: there is nothing to compare with yet.")))])
    lang = current_language()
    newest_first = sorted(others, key=lambda other: other.id, reverse=True)
    order = sorted(newest_first, key=lambda other: other.id > run.id)
    pick = Dropdown(options=[(other.label, other.id) for other in order], description=_("Compare with"))
    shown = page.content("", "text")
    known = {other.id: other for other in order}

    def show(_change: object = None) -> None:
        with language(lang):
            page.put(shown, changes_html(run, known[pick.value]))

    pick.observe(show, "value")
    show()
    return VBox([HBox([pick.add_class("crm-wide")]).add_class("crm-controls"), shown])

"""Pages of finished steps, rendered in a second thread while the next step runs."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from crm_analysis.messages import language
from crm_analysis.workflow.editions import Edition
from crm_analysis.workflow.steps import Step

__all__ = ["PageFrame", "PageQueue"]


@dataclass(frozen=True)
class PageFrame:
    """What stands around the content of every page of a run.

    Attributes
    ----------
    project
        Name of the project.
    steps
        The steps that have a page, in order.
    editions
        The languages of the report, the one it opens in first.
    """

    project: str
    steps: Sequence[Step]
    editions: Sequence[Edition]


class PageQueue:
    """Renders pages of one run in the background, in its languages."""

    def __init__(self, run_dir: Path, frame: PageFrame) -> None:
        self._run_dir = run_dir
        self._frame = frame
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pages")
        self._pages: list[Future[Path]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._executor.shutdown(wait=True)

    def add(self, step: Step, failure: str | None = None) -> None:
        """Render the pages of a step when their turn comes; after a failure, in the languages that it has."""
        for edition in self._frame.editions:
            if failure is None or (edition.folder(self._run_dir) / step.notebook).is_file():
                self._add(step, edition, failure)

    def add_missing(self, step: Step) -> None:
        """Render those pages of a step that are not there."""
        for edition in self._frame.editions:
            if not (edition.folder(self._run_dir) / step.page).is_file():
                self._add(step, edition, None)

    def wait(self) -> None:
        """Wait for all pages; an error of one of them is raised here."""
        for page in self._pages:
            page.result()

    def _add(self, step: Step, edition: Edition, failure: str | None) -> None:
        self._pages.append(self._executor.submit(self._render, step, edition, failure))

    def _render(self, step: Step, edition: Edition, failure: str | None) -> Path:
        from crm_analysis.workflow.render import render_page  # nbconvert takes seconds to import

        with language(edition.lang):
            return render_page(self._run_dir, step, edition, self._frame, failure=failure)

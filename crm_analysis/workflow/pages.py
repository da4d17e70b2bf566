"""Pages of finished steps, rendered in a second thread while the next step runs."""

from __future__ import annotations

import contextvars
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

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
    """

    project: str
    steps: Sequence[Step]


class PageQueue:
    """Renders pages of one run in the background, in the language of the run."""

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
        """Render the page of a step when its turn comes."""
        context = contextvars.copy_context()
        self._pages.append(self._executor.submit(context.run, self._render, step, failure))

    def wait(self) -> None:
        """Wait for all pages; an error of one of them is raised here."""
        for page in self._pages:
            page.result()

    def _render(self, step: Step, failure: str | None) -> Path:
        from crm_analysis.workflow.render import render_page  # nbconvert takes seconds to import

        return render_page(self._run_dir, step, self._frame, failure=failure)

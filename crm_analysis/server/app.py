"""The extension of Jupyter Server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from tornado.ioloop import PeriodicCallback
from traitlets import Int, List, Unicode, default

from crm_analysis.server.answers import JobAnswers
from crm_analysis.server.base import Shared
from crm_analysis.server.job_queue import JobQueue
from crm_analysis.server.job_store import JobStore
from crm_analysis.server.report import ReportHandler
from crm_analysis.server.routes import REPORT_ROUTE, ROUTES

__all__ = ["CrmAnalysisApp"]

_TURN_MILLISECONDS = 1000


class CrmAnalysisApp(ExtensionApp):
    """Routes under ``/crm-analysis/`` and the queue of runs."""

    name = "crm_analysis"
    app_name = "crm-analysis"
    description = "Runs, data and decisions of crm-analysis for JupyterLab."
    load_other_extensions = True

    max_runs = Int(1, min=1, help="How many runs at once; the others wait.").tag(config=True)
    command = List(
        Unicode(),
        default_value=[sys.executable, "-c", "from crm_analysis.cli import main; main()"],
        help="Words that start the command line.",
    ).tag(config=True)
    state_dir = Unicode(help="Folder for the queue and what the runs print.").tag(config=True)

    @default("state_dir")
    def _default_state_dir(self) -> str:
        return str(Path(jupyter_data_dir()) / "crm-analysis")

    def initialize_handlers(self) -> None:
        """Add the routes; go on with the queue that an earlier server left."""
        assert self.serverapp is not None  # it calls this
        root = Path(self.serverapp.root_dir).expanduser().resolve()
        state = Path(self.state_dir)
        queue = JobQueue(JobStore(state / "jobs.sqlite", root), state / "logs", self.command, self.max_runs)
        shared = Shared(root, queue, JobAnswers(queue, root), list(self.command))
        self.handlers.extend((f"/crm-analysis{path}", handler, {"shared": shared}) for path, handler in ROUTES)
        self.handlers.append((f"/crm-analysis{REPORT_ROUTE}", ReportHandler, {"tickets": shared.tickets}))
        self._turns = PeriodicCallback(queue.advance, _TURN_MILLISECONDS)
        self._turns.start()

    async def stop_extension(self) -> None:
        """Stop looking after the queue; runs go on."""
        self._turns.stop()


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": "crm_analysis.server", "app": CrmAnalysisApp}]

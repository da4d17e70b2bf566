"""The routes, each a few lines: who asks, what is done where.

All take ``lang`` in the query. What they answer is said at the functions they call.
"""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from pydantic import ValidationError
from tornado import web

from crm_analysis.config import load_settings
from crm_analysis.errors import ConfigError
from crm_analysis.messages import _
from crm_analysis.server.actions import actions_of_latest, decide
from crm_analysis.server.answers import runs_of, steps_of
from crm_analysis.server.base import CrmHandler
from crm_analysis.server.confined import below, shown
from crm_analysis.server.data_look import check, look_at, still_missing
from crm_analysis.server.settings_files import find_settings, write_settings
from crm_analysis.server.watch import WatchSocket
from crm_analysis.workflow.steps import select_steps

__all__ = ["REPORT_ROUTE", "ROUTES"]


class SettingsHandler(CrmHandler):
    """``/settings``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The files of settings: see :func:`.settings_files.find_settings`."""
        await self.answer(lambda: find_settings(self.shared.root))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Make a workspace for ``data``, with ``name``, ``currency``, ``lang``, ``columns``; answers ``path``."""
        sent = self.sent()

        def work() -> dict[str, Any]:
            data = below(self.shared.root, str(sent.get("data", "")))
            if not data.is_file():
                raise ConfigError(_("There is no file {file}.", file=str(sent.get("data", ""))))
            columns = {str(name): str(header) for name, header in dict(sent.get("columns") or {}).items()}
            name, currency, lang = (str(sent.get(field, "")) for field in ("name", "currency", "lang"))
            try:
                file = write_settings(data, name, currency, lang, columns, self.shared.command)
            except ValidationError as error:
                field = error.errors()[0]["loc"][-1]
                raise ConfigError(_("'{field}' is missing or does not fit.", field=str(field))) from error
            return {"path": shown(self.shared.root, file)}

        await self.answer(work)


class CheckHandler(CrmHandler):
    """``/check?settings=``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """What ``check`` says: see :func:`.data_look.check`."""

        def work() -> dict[str, Any]:
            file = self.shared.settings_file(self.get_query_argument("settings", ""))
            return check(file, self.lang, self.shared.command)

        await self.answer(work)


class LookHandler(CrmHandler):
    """``/look?path=``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """How a file of order lines would be read: see :func:`.data_look.look_at`."""

        def work() -> dict[str, Any]:
            given = self.get_query_argument("path", "")
            file = below(self.shared.root, given)
            if not file.is_file():
                raise ConfigError(_("There is no file {file}.", file=given))
            return look_at(file)

        await self.answer(work)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """What order lines need beside ``columns``, a list of names of the contract; answers ``missing``."""
        columns = [str(name) for name in self.sent().get("columns") or []]
        await self.answer(lambda: {"missing": still_missing(columns)})


class StepsHandler(CrmHandler):
    """``/steps?settings=``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The steps and parameters: see :func:`.answers.steps_of`."""
        await self.answer(lambda: steps_of(self.settings_asked_for()))


class RunsHandler(CrmHandler):
    """``/runs?settings=``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The runs of a project: see :func:`.answers.runs_of`."""
        await self.answer(lambda: runs_of(self.shared.root, self.settings_asked_for()))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Ask for a run of ``settings``; answers a job, see :meth:`.answers.JobAnswers.of`.

        Optional: ``lang`` (of the report), ``steps`` (numbers), ``parameters`` (name to text), ``resume``.
        """
        sent = self.sent()

        def work() -> dict[str, Any]:
            file = self.shared.settings_file(str(sent.get("settings", "")))
            settings = load_settings(file)
            wanted = [str(step) for step in sent.get("steps") or []]
            steps = [step.number for step in select_steps(wanted)] if wanted else []
            lang = sent.get("lang") if sent.get("lang") in ("en", "ko") else settings.lang
            parameters = {str(name): str(value) for name, value in dict(sent.get("parameters") or {}).items()}
            job = self.shared.queue.add(file, str(lang), steps, parameters, resume=sent.get("resume") is True)
            return self.shared.answers.of(job)

        await self.answer(work)


class CancelHandler(CrmHandler):
    """``/jobs/NUMBER/cancel``."""

    @web.authenticated
    @authorized
    async def post(self, number: str) -> None:
        """Ask for the end of a job; answers it as it is then."""

        def work() -> dict[str, Any]:
            job = self.shared.queue.store.get(int(number))
            if job is None:
                raise ConfigError(_("There is no run with number {number}.", number=number))
            self.shared.queue.cancel(job)
            return self.shared.answers.of(self.shared.queue.store.get(job.id) or job)

        await self.answer(work)


class TicketHandler(CrmHandler):
    """``/tickets``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """A ticket to read the report that has the page ``path``; answers ``address``, below ``/crm-analysis``."""
        sent = self.sent()

        def work() -> dict[str, Any]:
            page = below(self.shared.root, str(sent.get("path", "")))
            ticket, name = self.shared.tickets.issue(page)
            return {"address": f"report/{ticket}/{name}"}

        await self.answer(work)


class ActionsHandler(CrmHandler):
    """``/actions?settings=``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The actions of the latest report: see :func:`.actions.actions_of_latest`."""
        await self.answer(lambda: actions_of_latest(self.settings_asked_for()))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Decide about ``segment``: ``strategy`` (or null), ``reason``, ``seen``; answers the actions anew."""
        sent = self.sent()

        def work() -> dict[str, Any]:
            settings = self.settings_asked_for()
            strategy = sent.get("strategy")
            decide(
                settings,
                str(sent.get("segment", "")),
                None if strategy is None else str(strategy),
                str(sent.get("reason", "")),
                str(sent.get("seen", "")),
            )
            return actions_of_latest(settings)

        await self.answer(work)


ROUTES = [
    ("/settings", SettingsHandler),
    ("/check", CheckHandler),
    ("/look", LookHandler),
    ("/steps", StepsHandler),
    ("/runs", RunsHandler),
    ("/jobs/([0-9]+)/cancel", CancelHandler),
    ("/actions", ActionsHandler),
    ("/tickets", TicketHandler),
    ("/watch", WatchSocket),
]
"""Path below ``/crm-analysis`` and its handler; each lets in only who is known to the server."""

REPORT_ROUTE = "/report/([^/]+)/(.+)"
"""Path of :class:`.report.ReportHandler`, which asks for a ticket instead."""

"""What all routes share: a person who is known, paths below the server's folder, errors in words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado import web

from crm_analysis.config import Settings, load_settings
from crm_analysis.errors import ConfigError, CrmError
from crm_analysis.messages import LANGUAGES, _, language
from crm_analysis.server.actions import ConflictError
from crm_analysis.server.answers import JobAnswers
from crm_analysis.server.confined import below
from crm_analysis.server.job_queue import JobQueue
from crm_analysis.server.report import Tickets

__all__ = ["AUTH_RESOURCE", "CrmHandler", "Shared", "known_language"]

AUTH_RESOURCE = "crm-analysis"


class Shared:
    """What the routes of one server share.

    Attributes
    ----------
    root
        Folder of the server.
    queue, answers
        Jobs and answers about them.
    command
        Words that start the command line.
    tickets
        To read reports.
    """

    def __init__(self, root: Path, queue: JobQueue, answers: JobAnswers, command: list[str]) -> None:
        self.tickets = Tickets()
        self.root = root
        self.queue = queue
        self.answers = answers
        self.command = command

    def settings_file(self, given: str) -> Path:
        """A file of settings that a browser named.

        Raises
        ------
        ConfigError
            It is not below the server's folder, or is no such file.
        """
        file = below(self.root, given)
        if file.suffix != ".toml" or not file.is_file():
            raise ConfigError(_("There is no file of settings {file}.", file=given))
        return file


def known_language(given: str) -> str:
    """A language of ours for what the browser asks for, as ``ko-KR``; English for any other."""
    code = given.replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else "en"


class CrmHandler(APIHandler):
    """A route. An error that a user can mend is status 400, a conflict 409, as ``{"message": ...}``."""

    auth_resource = AUTH_RESOURCE

    def initialize(self, shared: Shared) -> None:
        """Take what all routes share."""
        self.shared = shared

    @property
    def lang(self) -> str:
        """The language of the person."""
        return known_language(self.get_query_argument("lang", "en"))

    def settings_asked_for(self) -> Settings:
        """The settings that the query names in ``settings``."""
        return load_settings(self.shared.settings_file(self.get_query_argument("settings", "")))

    def sent(self) -> dict[str, Any]:
        """The JSON object that was sent."""
        body = self.get_json_body()
        if not isinstance(body, dict):
            raise web.HTTPError(400, "a JSON object is needed")
        return body

    async def answer(self, work: Callable[[], Any]) -> None:
        """Do work beside the event loop, in the person's language, and send what it returns."""
        try:
            with language(self.lang):
                found = await asyncio.to_thread(work)
        except ConflictError as error:
            self.set_status(409)
            found = {"message": str(error)}
        except CrmError as error:
            self.set_status(400)
            found = {"message": str(error)}
        await self.finish(json.dumps(found, default=str))

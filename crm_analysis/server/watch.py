"""Jobs as they go on, pushed to the browser over a socket whenever something has changed."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from crm_analysis.messages import language
from crm_analysis.server.base import AUTH_RESOURCE, Shared, known_language

__all__ = ["WatchSocket"]

_LOOK_SECONDS = 0.5


class WatchSocket(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """``/watch``: sends ``{"jobs": [...]}``, newest first, see :meth:`.answers.JobAnswers.of`.

    One message when it is opened, then one after each change.
    """

    auth_resource = AUTH_RESOURCE

    def initialize(self, shared: Shared) -> None:
        """Take what all routes share."""
        self.shared = shared
        self._task: asyncio.Task[None] | None = None

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Let in who is known and allowed, then switch to the socket."""
        user = self.current_user
        if not user:
            raise web.HTTPError(403)
        if not await ensure_async(self.authorizer.is_authorized(self, user, "read", self.auth_resource)):
            raise web.HTTPError(403)
        await super().get(*args, **kwargs)

    def open(self, *_args: str, **_kwargs: str) -> None:
        """Begin to send."""
        super().open()
        self._task = asyncio.ensure_future(self._send())

    def on_message(self, message: str | bytes) -> None:
        """Nothing is taken from the browser here."""

    def on_close(self) -> None:
        """End with the socket."""
        if self._task is not None:
            self._task.cancel()

    async def _send(self) -> None:
        sent = None
        lang = known_language(self.get_query_argument("lang", "en"))
        with suppress(WebSocketClosedError):
            while True:
                with language(lang):
                    jobs = await asyncio.to_thread(self._jobs)
                if jobs != sent:
                    await self.write_message(json.dumps({"jobs": jobs}))
                    sent = jobs
                await asyncio.sleep(_LOOK_SECONDS)

    def _jobs(self) -> list[dict[str, Any]]:
        self.shared.queue.advance()
        return [self.shared.answers.of(job) for job in self.shared.queue.store.latest()]

"""Nobody gets an answer without the token: every route is wrapped, whatever it serves."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from functools import cache
from typing import Any

from tornado.web import HTTPError, RequestHandler

from crm_analysis.messages import _

__all__ = ["COOKIE", "guarded"]

COOKIE = "crm-analysis"
"""Name of the signed cookie, with the port behind it."""

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
"""A page may load from this server and nowhere else; Voila needs the two unsafe words for its own scripts."""


class _Guard(RequestHandler):
    """Answers only those who bring the token in the address or header, or the cookie they got for it."""

    async def prepare(self) -> None:
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        token = str(self.settings["crm_token"])
        if token and not self._is_known(token):
            raise HTTPError(403, log_message="no token")
        found = super().prepare()
        if found is not None:
            await found

    def _is_known(self, token: str) -> bool:
        name = f"{COOKIE}-{self.settings['crm_port']()}"
        signed = self.get_signed_cookie(name)
        if signed is not None and hmac.compare_digest(signed, token.encode()):
            return True
        header = self.request.headers.get("Authorization", "")
        given = [*self.request.query_arguments.get("token", []), header.removeprefix("token ").encode()]
        if not any(hmac.compare_digest(one, token.encode()) for one in given):
            return False
        self.set_signed_cookie(name, token, httponly=True, samesite="Lax", path=self.settings["base_url"])
        return True

    def write_error(self, status_code: int, **_kwargs: Any) -> None:
        text = _("This page needs its token: open the address that 'crm-analysis serve' printed.")
        if status_code != 403:
            text = _("There is nothing here ({status}).", status=status_code)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(text + "\n")


@cache
def _wrapped(handler: type[RequestHandler]) -> type[RequestHandler]:
    return type(f"Guarded{handler.__name__}", (_Guard, handler), {})


def guarded(rules: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Rules of an application, each with its handler behind the token.

    The application's settings must hold ``crm_token`` (empty: open to all), ``crm_port`` (gives the port when asked),
    ``base_url`` and ``cookie_secret``.

    Parameters
    ----------
    rules
        (pattern, handler, arguments of the handler) each; the last can be left out.
    """
    return [(rule[0], _wrapped(rule[1]), *rule[2:]) for rule in rules]

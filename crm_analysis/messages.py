"""Translation: every sentence a person reads passes through :func:`_`.

English is the source. Catalogues are gettext ``.po`` files read with Babel; the pseudo language ``xx``
brackets every message, so that a test can find text that bypasses the catalogue.
"""

from __future__ import annotations

import os
import string
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["LANGUAGES", "_", "current_language", "language", "plural", "use_language"]

LANGUAGES = ("en", "ko", "xx")
"""English, Korean and the pseudo language of the tests."""

_current: ContextVar[str] = ContextVar("crm_analysis_language", default="en")


def current_language() -> str:
    """The language in use, one of :data:`LANGUAGES`."""
    return _current.get()


def use_language(lang: str) -> None:
    """Set the language for what follows in this context."""
    _current.set(lang)


@contextmanager
def language(lang: str) -> Iterator[None]:
    """Use a language inside a ``with`` block."""
    token = _current.set(lang)
    try:
        yield
    finally:
        _current.reset(token)


def _(message: str, **values: Any) -> str:
    """Translate a whole sentence and fill its ``{name}`` slots (Korean slots: ``{name|이/가}``)."""
    raise NotImplementedError


def plural(singular: str, plural: str, n: int, **values: Any) -> str:
    """Translate a sentence that depends on a count; ``{n}`` is the count, formatted."""
    raise NotImplementedError

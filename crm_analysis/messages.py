"""Translation: every sentence a person reads passes through :func:`_`.

English is the source. Catalogues are gettext ``.po`` files read with Babel; the pseudo language ``xx``
brackets every message, so that a test can find text that bypasses the catalogue.

Slots are filled in one place: ``{name}``, ``{name:spec}`` with a format specification, and in Korean
``{name|이/가}``, which also writes the particle that fits the final sound of the value. A slot is a plain
name: attributes and indices are refused, and braces inside a value are never read again. ``{{`` and ``}}``
are literal braces.
"""

from __future__ import annotations

import math
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from crm_analysis.korean import with_particle
from crm_analysis.pseudo import pseudo_translate

__all__ = [
    "LANGUAGES",
    "_",
    "current_language",
    "language",
    "plural",
    "slot_names",
    "translate_markdown",
    "use_language",
]

LANGUAGES = ("en", "ko", "xx")
"""English, Korean and the pseudo language of the tests."""

_SOURCE_LANGUAGE = "en"
_PSEUDO_LANGUAGE = "xx"
_MISSING = "–"

_current: ContextVar[str | None] = ContextVar("crm_analysis_language", default=None)
_process = {"language": _SOURCE_LANGUAGE}
"""The language where no context has its own: a new thread starts with an empty context."""


def current_language() -> str:
    """The language in use, one of :data:`LANGUAGES`."""
    return _current.get() or _process["language"]


def use_language(lang: str) -> None:
    """Set the language for what follows: in this context, and in threads and callbacks of this process.

    A server that answers several readers uses :func:`language` instead, which reaches no further than its
    ``with`` block.

    Raises
    ------
    ValueError
        If the language is not one of :data:`LANGUAGES`.
    """
    _process["language"] = _known(lang)
    if _current.get() is not None:
        _current.set(lang)


@contextmanager
def language(lang: str) -> Iterator[None]:
    """Use a language inside a ``with`` block.

    Raises
    ------
    ValueError
        If the language is not one of :data:`LANGUAGES`.
    """
    token = _current.set(_known(lang))
    try:
        yield
    finally:
        _current.reset(token)


def _(message: str, /, **values: Any) -> str:
    """Translate a whole sentence and fill its ``{name}`` slots (Korean slots: ``{name|이/가}``).

    Parameters
    ----------
    message
        The English sentence, a string literal so that it can be collected into the catalogue.
    **values
        One value for each slot. Numbers, money and dates come formatted from
        :mod:`crm_analysis.formats`; ``None`` and NaN read as a dash.

    Returns
    -------
    str
        The sentence in the current language; the English one where the catalogue has none.

    Raises
    ------
    KeyError
        If a slot has no value.

    Examples
    --------
    >>> from crm_analysis.messages import _
    >>> _("{n} rows of {file} have no date.", n=12, file="sales.csv")
    '12 rows of sales.csv have no date.'
    """
    lang = current_language()
    if lang == _SOURCE_LANGUAGE:
        return _fill(message, values)
    if lang == _PSEUDO_LANGUAGE:
        return _fill(pseudo_translate(message), values)
    return _fill_translation(_catalogue(lang).get(message), message, values)


def plural(singular: str, plural: str, /, n: int, shown: str | None = None, **values: Any) -> str:
    """Translate a sentence that depends on a count; ``{n}`` is the count, with thousands separators.

    Parameters
    ----------
    singular, plural
        The English sentence for one and for any other count, both string literals.
    n
        The count that decides, and the value of the slot ``{n}``.
    shown
        The count as it is to be written, where that is not with thousands separators.
    **values
        The values of the other slots.

    Examples
    --------
    >>> from crm_analysis.messages import plural
    >>> plural("{n} customer", "{n} customers", 1234)
    '1,234 customers'
    """
    message = singular if n == 1 else plural
    filled = {**values, "n": f"{n:,}" if shown is None else shown}
    lang = current_language()
    if lang == _SOURCE_LANGUAGE:
        return _fill(message, filled)
    if lang == _PSEUDO_LANGUAGE:
        return _fill(pseudo_translate(message), filled)
    return _fill_translation(_catalogue(lang).get(singular), message, filled)


def translate_markdown(text: str) -> str:
    """Translate a whole Markdown cell, looked up by its full text without the outer white space.

    Cells have no slots: braces stay as they are.

    Returns
    -------
    str
        The cell in the current language; the text itself where the catalogue has none.
    """
    message = text.strip()
    lang = current_language()
    if lang == _SOURCE_LANGUAGE or not message:
        return message
    if lang == _PSEUDO_LANGUAGE:
        return pseudo_translate(message, slots=False)
    return _catalogue(lang).get(message, message)


def slot_names(message: str) -> frozenset[str]:
    """The names of the slots of a message, without particles and format specifications.

    Raises
    ------
    ValueError
        If the braces of the message do not match.
    """
    fields = (field for _text, field, _spec, _conversion in string.Formatter().parse(message))
    return frozenset(field.partition("|")[0] for field in fields if field is not None)


def _known(lang: str) -> str:
    if lang not in LANGUAGES:
        raise ValueError(f"unknown language {lang!r}: choose one of {', '.join(LANGUAGES)}")
    return lang


@cache
def _catalogue(lang: str) -> Mapping[str, str]:
    """Translations by message (counted ones by their singular), read once a process.

    Fuzzy and empty translations are left out.
    """
    from babel.messages.pofile import read_po  # only where a translation is asked for: English starts fast

    path = Path(__file__).parent / "locale" / lang / "LC_MESSAGES" / "crm_analysis.po"
    if not path.is_file():
        return {}
    translations: dict[str, str] = {}
    with path.open("rb") as file:
        for entry in read_po(file, locale=lang):
            source = entry.id if isinstance(entry.id, str) else entry.id[0]
            text = entry.string if isinstance(entry.string, str) else (entry.string or ("",))[0]
            if source and text and not entry.fuzzy:
                translations[source] = text
    return translations


def _fill_translation(translation: str | None, message: str, values: Mapping[str, Any]) -> str:
    """Fill a translation; the English message takes its place where it is missing or its slots are wrong."""
    if translation is None:
        return _fill(message, values)
    try:
        return _fill(translation, values)
    except (KeyError, ValueError):
        return _fill(message, values)


def _fill(message: str, values: Mapping[str, Any]) -> str:
    parts: list[str] = []
    for text, field, spec, conversion in string.Formatter().parse(message):
        parts.append(text)
        if field is not None:
            parts.append(_slot(field, spec or "", conversion, values))
    return "".join(parts)


def _slot(field: str, spec: str, conversion: str | None, values: Mapping[str, Any]) -> str:
    name, bar, particle = field.partition("|")
    if not bar:
        spec, bar, particle = spec.partition("|")
    if not name.isidentifier() or conversion:
        raise ValueError(f"the slot {{{field}}} is not a plain name")
    value = values[name]
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    text = _MISSING if missing else format(value, spec)
    return with_particle(text, particle) if bar else text

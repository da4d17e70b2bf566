"""Words of short texts: Korean by morphemes, other languages as they are written."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

__all__ = ["has_korean_words", "language_of", "stems"]

_HANGUL, _LATIN = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]"), re.compile(r"[A-Za-z]")
_KEPT = frozenset({"NNG", "NNP", "VV", "VA", "XR", "MAG", "VX", "VCN", "IC", "MM", "SL", "SW", "NNB"})
_WORKERS = 2


def has_korean_words() -> bool:
    """Whether Korean can be taken apart: the extra ``korean`` (kiwipiepy) is installed."""
    return importlib.util.find_spec("kiwipiepy") is not None


@cache
def _kiwi() -> Any:
    return importlib.import_module("kiwipiepy").Kiwi(num_workers=_WORKERS)


def language_of(text: str) -> str:
    """``ko`` where a third of the letters or more are Korean, ``en`` where letters are Latin, else empty."""
    korean, latin = len(_HANGUL.findall(text)), len(_LATIN.findall(text))
    if korean and korean * 2 >= latin:
        return "ko"
    return "en" if latin else ""


def stems(texts: Sequence[str]) -> list[str]:
    """Texts as stems with a blank between them; every distinct text is read once, Korean in batches by workers.

    Korean without the extra ``korean`` stays as it is written.
    """
    distinct = list(dict.fromkeys(texts))
    korean = [text for text in distinct if language_of(text) == "ko"] if has_korean_words() else []
    found = {text: text.lower() for text in distinct}
    if korean:
        read = _kiwi().tokenize(korean)
        found |= {text: _joined(tokens) for text, tokens in zip(korean, read, strict=True)}
    return [found[text] for text in texts]


def _joined(tokens: Any) -> str:
    """Stems of one text; the tag keeps a doubtful ending such as that of irregular verbs out of the stem."""
    return " ".join(t.form.lower() for t in tokens if t.tag.split("-")[0] in _KEPT)

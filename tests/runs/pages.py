"""What a reader can see or hear of a page: texts, attributes, and the texts inside figures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

__all__ = ["figure_texts", "page_texts", "visible_text"]

_VOID = {"meta", "link", "br", "img", "input", "hr", "wbr", "col"}
_UNSEEN = {"script", "style"}
_CODE = {"code", "pre", "kbd"}
_SPOKEN = {"title", "aria-label", "alt", "placeholder", "data-label"}
_BLOCKS = {"p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "div", "a", "summary", "figure", "section", "title"}
_FIGURE_KEYS = {"text", "ticktext", "hovertext", "hovertemplate", "texttemplate", "customdata", "labels", "name"}
_PLOTLY_MARKUP = re.compile(r"</?(?:b|i|br|span|sup|sub|em|extra)[^>]*>|%\{[^}]*\}")


class _Page(HTMLParser):
    """Texts of a page in the order of reading; code of the notebook is left out."""

    def __init__(self, *, code: bool) -> None:
        super().__init__()
        self._open: list[tuple[str, bool]] = []
        self._with_code = code
        self.blocks: list[str] = [""]
        self.figures: list[Any] = []
        self._script = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = self._hidden or tag in _UNSEEN
        if not self._with_code:
            hidden = hidden or tag in _CODE or given.get("class") == "code"
        if tag in _BLOCKS:
            self.blocks.append("")
        if not hidden:
            self.blocks += [value for name, value in attrs if name in _SPOKEN and value]
            if tag in _BLOCKS:
                self.blocks.append("")
        if tag not in _VOID:
            self._open.append((tag, hidden))
        self._script = given.get("type") or "" if tag == "script" else ""

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag in _BLOCKS:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if self._script == "application/json":
            self.figures.append(json.loads(data))
        elif not self._hidden:
            self.blocks[-1] += data

    @property
    def _hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def _parsed(page: Path, *, code: bool) -> _Page:
    parser = _Page(code=code)
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def page_texts(page: Path) -> list[str]:
    """Each block, attribute and figure text of a page, without code, white space folded."""
    parser = _parsed(page, code=False)
    texts = [*parser.blocks, *(text for figure in parser.figures for text in figure_texts(figure))]
    return [folded for text in texts if (folded := " ".join(text.split()))]


def visible_text(page: Path) -> str:
    """All that can be read on a page, code too, in one string."""
    return " ".join(" ".join(_parsed(page, code=True).blocks).split())


def figure_texts(figure: Any, key: str = "") -> Iterator[str]:
    """Titles, labels and hover texts of a figure, without their markup."""
    if isinstance(figure, dict):
        for name, value in figure.items():
            yield from figure_texts(value, key if name == "text" and key == "title" else name)
    elif isinstance(figure, list):
        for value in figure:
            yield from figure_texts(value, key)
    elif isinstance(figure, str) and (key in _FIGURE_KEYS or key in {"title", "x", "y"}):
        yield _PLOTLY_MARKUP.sub(" ", figure)

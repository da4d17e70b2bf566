"""Pages of a report for readers outside: the code of the notebooks taken out, addresses put under another root."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

__all__ = ["page_body", "page_without_code"]

_RELATIVE = re.compile(r"(?![a-z][a-z0-9+.-]*:|[/#])", re.IGNORECASE)
_INERT = "application/json"


class _Copy(HTMLParser):
    """Copies a page word for word, without blocks of code; where ``body`` is set, only what a page's main holds."""

    def __init__(self, *, body: bool, base: str = "") -> None:
        super().__init__(convert_charrefs=False)
        self._body, self._base = body, base
        self._inside = not body
        self._skipped: list[str] = []
        self.parts: list[str] = []

    def _keep(self, text: str) -> None:
        if self._inside and not self._skipped:
            self.parts.append(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._skipped:
            self._skipped += [tag] * (tag == self._skipped[0])
        elif self._is_code(tag, given):
            self._skipped = [tag]
        else:
            self._keep(self._with_root(tag, given))
        self._inside = self._inside or tag == "main"

    def _is_code(self, tag: str, given: dict[str, str | None]) -> bool:
        runs = tag == "script" and given.get("type") != _INERT
        return given.get("class") in ("code", "toggle") or (self._body and runs)

    def _with_root(self, tag: str, given: dict[str, str | None]) -> str:
        text, href = self.get_starttag_text() or "", given.get("href")
        if not self._base or tag != "a" or not href or not _RELATIVE.match(href):
            return text
        return re.sub(r'href="[^"]*"', lambda _found: f'href="{escape(self._base + href)}"', text, count=1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._keep(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            if tag == self._skipped[0]:
                self._skipped.pop()
            return
        if self._body and tag == "main":
            self._inside = False
        self._keep(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self._keep(f"<!{decl}>")


def page_without_code(page: str) -> str:
    """A rendered page without the code of its notebook and without the switch that shows it.

    Parameters
    ----------
    page
        Text of a page as :mod:`crm_analysis.workflow.render` writes it.
    """
    copy = _Copy(body=False)
    copy.feed(page)
    copy.close()
    return "".join(copy.parts)


def page_body(page: str, base: str = "") -> str:
    """What stands between the bar and the end of a page: no code, no scripts but the data of figures.

    Parameters
    ----------
    page
        Text of a page of a report.
    base
        Put before every relative address, for a reader who opens the body elsewhere; empty leaves them.
    """
    copy = _Copy(body=True, base=base)
    copy.feed(page)
    copy.close()
    return "".join(copy.parts)

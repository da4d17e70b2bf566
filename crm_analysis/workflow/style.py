"""What all pages of a report share: templates, style sheet, language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from crm_analysis.messages import current_language
from crm_analysis.workflow.editions import Edition

__all__ = ["TEMPLATES", "language_switch", "page_language", "report_css"]

TEMPLATES = Path(__file__).parent / "templates"
"""Folder of the templates of pages."""


def report_css() -> str:
    """The style sheet of all pages of a report."""
    return (TEMPLATES / "report" / "report.css").read_text(encoding="utf-8")


def page_language() -> dict[str, str]:
    """``lang``, the code in the page's head."""
    return {"lang": "ko" if current_language() == "ko" else "en"}


def language_switch(page: str, here: Edition, editions: Sequence[Edition]) -> list[dict[str, str]]:
    """Names and addresses of a page in the languages of the report; empty where it has only one.

    Each entry has ``lang``, ``name`` and ``href``; the last is empty for the page itself.
    """
    if len(editions) < 2:
        return []
    return [
        {"lang": other.lang, "name": other.name, "href": "" if other == here else other.href(page, here)}
        for other in editions
    ]

"""What all pages of a report share: templates, style sheet, language."""

from __future__ import annotations

from pathlib import Path

from crm_analysis.messages import current_language

__all__ = ["TEMPLATES", "page_language", "report_css"]

TEMPLATES = Path(__file__).parent / "templates"
"""Folder of the templates of pages."""


def report_css() -> str:
    """The style sheet of all pages of a report."""
    return (TEMPLATES / "report" / "report.css").read_text(encoding="utf-8")


def page_language() -> dict[str, str]:
    """``lang``, the code in the page's head, and ``language``, its name as its readers write it."""
    korean = current_language() == "ko"
    return {"lang": "ko" if korean else "en", "language": "한국어" if korean else "English"}

"""The style sheet of all pages of a report."""

from __future__ import annotations

from pathlib import Path

__all__ = ["TEMPLATES", "report_css"]

TEMPLATES = Path(__file__).parent / "templates"
"""Folder of the templates of pages."""


def report_css() -> str:
    """The style sheet of all pages of a report."""
    return (TEMPLATES / "report" / "report.css").read_text(encoding="utf-8")

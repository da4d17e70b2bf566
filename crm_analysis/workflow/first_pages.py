"""Pages of a report that are not made from a notebook: the first screen and those of the actions."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from crm_analysis.config import Settings
from crm_analysis.messages import _
from crm_analysis.narrative.explained import split_explained
from crm_analysis.workflow.style import TEMPLATES, page_language, report_css

__all__ = ["page_of"]

_NUMBER = Markup('<button type="button" class="number" popovertarget="n-{key}">{text}</button>')


@pass_context
def _explained(context: Context, text: str) -> Markup:
    """A text whose marked numbers open their definition; the page then holds those that are used."""
    context["used"].update(key for key, _part in split_explained(text))
    parts = (_NUMBER.format(key=key, text=part) if key else escape(part) for key, part in split_explained(text))
    return Markup("").join(parts)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["explained"] = _explained
    return environment


def page_of(template: str, settings: Settings, **content: Any) -> str:
    """A page in the current language.

    Parameters
    ----------
    template
        Name of its template.
    settings
        Of the project.
    **content
        What the template shows.
    """
    return (
        _environment()
        .get_template(template)
        .render(
            **page_language(),
            title=_("Overview"),
            project=settings.name,
            css=report_css(),
            used=set(),
            **content,
        )
    )

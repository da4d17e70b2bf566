"""The customer card as HTML, for a notebook and its page."""

from __future__ import annotations

import html
from collections.abc import Sequence

from crm_analysis.messages import _
from crm_analysis.narrative.card import CardPart

__all__ = ["card_html"]


def _escaped(text: str) -> str:
    """Text for HTML; a dollar sign stands in an element of its own, or JupyterLab and Voila set a formula."""
    return html.escape(text).replace("$", "<span>$</span>")


def _rows(part: CardPart) -> str:
    title = f'<th class="txt" rowspan="{max(len(part.lines), 1)}">{_escaped(part.title)}</th>'
    if not part.lines:
        return f'<tr>{title}<td class="txt" colspan="2">{_escaped(part.otherwise)}</td></tr>'
    cells = [
        f'<td class="txt">{_escaped(label)}</td><td class="txt">{_escaped(text)}</td>'
        if label
        else f'<td class="txt" colspan="2">{_escaped(text)}</td>'
        for label, text in part.lines
    ]
    return "".join(f"<tr>{title if not number else ''}{row}</tr>" for number, row in enumerate(cells))


def card_html(customer_id: str, parts: Sequence[CardPart]) -> str:
    """One table: a row group per part."""
    caption = _("Customer {customer}", customer=customer_id)
    body = "".join(f"<tbody>{_rows(part)}</tbody>" for part in parts)
    return f'<table class="data card"><caption>{_escaped(caption)}</caption>{body}</table>'

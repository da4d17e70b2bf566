"""A table of finished texts as HTML, for a notebook, its page and the dashboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_analysis.messages import plural

__all__ = ["escaped", "html_table"]


def escaped(text: str) -> str:
    """Text for HTML; a dollar sign stands in an element of its own, or JupyterLab and Voila set a formula."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace("$", "<span>$</span>")


def html_table(rows: Sequence[Sequence[str]], heads: Mapping[str, str], most: int) -> str:
    """The first rows of a table as HTML, and how many more there are.

    Parameters
    ----------
    rows
        Cells as text.
    heads
        Head of each column to its alignment, ``left`` or ``right``.
    most
        Rows shown.
    """
    sides = ["num" if side == "right" else "txt" for side in heads.values()]
    head = "".join(f'<th class="{side}">{escaped(name)}</th>' for side, name in zip(sides, heads, strict=True))
    body = "".join(
        "<tr>" + "".join(f'<td class="{s}">{escaped(str(c))}</td>' for s, c in zip(sides, row, strict=True)) + "</tr>"
        for row in rows[:most]
    )
    rest = len(rows) - most
    left = plural("and {n} more row in the tables of the run", "and {n} more rows in the tables of the run", rest)
    more = f'<p class="more">{escaped(left)}</p>' if rest > 0 else ""
    return f'<table class="data"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}'

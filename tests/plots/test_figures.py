"""Every figure on every kind of table, in the pseudo language, within its limits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from crm_analysis import plots
from crm_analysis.errors import ContractError
from crm_analysis.messages import language
from crm_analysis.plots.theme import MOST_POINTS

FIGURES = sorted(set(plots.__all__) - {"CONFIG", "styled"})
VARIANTS = ("normal", "one", "many", "outlier")
NEEDS_TWO_SEGMENTS = {"segment_migration_matrix"}
ZERO_IS_A_RESULT = {"effect_forest"}
Draw = Callable[..., go.Figure | None]


def points(figure: go.Figure) -> int:
    """Values that the browser has to draw."""
    return sum(
        np.size(trace.z) if trace.type == "heatmap" else max(np.size(trace.x), np.size(trace.y))
        for trace in figure.data
    )


def visible_texts(figure: go.Figure) -> Iterator[str]:
    """Texts of annotations, ticks, marks, hover and table, without markup."""
    layout = figure.layout
    found: list[Any] = [note.text for note in layout.annotations]
    for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
        found += axis.ticktext or ()
    for trace in figure.data:
        for written in (trace.hovertext, trace.text):
            found += np.ravel(written).tolist() if written is not None else []
    found += layout.meta["table"]["columns"]
    for text in found:
        if text:
            yield re.sub(r"<[^>]*>", " ", str(text)).replace("&nbsp;", " ").strip()


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", FIGURES)
def test_draws_within_the_limits(draw: Draw, name: str, variant: str) -> None:
    figure = draw(name, variant)
    if name in NEEDS_TWO_SEGMENTS and variant == "one":
        assert figure is None
        return
    assert figure is not None
    assert 0 < points(figure) <= MOST_POINTS
    assert figure.layout.width is None
    assert figure.layout.autosize
    sizes = [note.font.size for note in figure.layout.annotations]
    assert min(sizes) >= 12
    assert len(json.dumps(figure.to_dict(), default=str)) < 1_500_000


@pytest.mark.parametrize("name", FIGURES)
def test_has_words_and_table(draw: Draw, name: str) -> None:
    figure = draw(name, "normal", title="The finding", subtitle="Unit, n = 4", caption="Source")
    assert figure is not None
    meta = figure.layout.meta
    assert len(meta["alt"]) > 40
    assert meta["alt"].endswith(".")
    table = meta["table"]
    assert table["rows"]
    assert {len(row) for row in table["rows"]} == {len(table["columns"])}
    assert all(isinstance(cell, str) for row in table["rows"] for cell in row)
    texts = [note.text for note in figure.layout.annotations]
    assert {"<b>The finding</b>", "Unit, n = 4", "Source"} <= set(texts)


@pytest.mark.parametrize("name", FIGURES)
def test_words_pass_through_the_catalogue(draw: Draw, name: str) -> None:
    with language("xx"):
        figure = draw(name, "normal")
    assert figure is not None
    assert figure.layout.meta["alt"].startswith("⟦")
    own = {"low", "middle", "high"}  # labels of the made-up table
    for text in visible_texts(figure):
        words = re.sub(r"⟦.*?⟧", "", text, flags=re.DOTALL)
        words = re.sub(r"₩|[KMB]\b|Action \d+: call before they leave, with a voucher", "", words)
        words = re.sub(r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b", "", words)
        assert words.strip() in own or not re.search(r"[A-Za-z]{2}", words), text


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_drawn_from_an_empty_table(draw: Draw, name: str) -> None:
    assert draw(name, "empty") is None


@pytest.mark.parametrize("name", sorted(set(FIGURES) - ZERO_IS_A_RESULT))
def test_nothing_is_drawn_as_zero(draw: Draw, name: str) -> None:
    assert draw(name, "zero") is None


@pytest.mark.parametrize("name", FIGURES)
def test_inputs_are_not_changed(arguments: Callable[[str, str], dict[str, Any]], name: str) -> None:
    given = arguments(name, "normal")
    before = {key: value.copy() for key, value in given.items() if isinstance(value, pd.DataFrame)}
    getattr(plots, name)(**given, title="t", subtitle="s")
    for key, frame in before.items():
        pd.testing.assert_frame_equal(given[key], frame)


@pytest.mark.parametrize("name", FIGURES)
def test_a_missing_column_is_named(arguments: Callable[[str, str], dict[str, Any]], name: str) -> None:
    given = {
        key: pd.DataFrame({"x": [1, 2, 3]}) if isinstance(value, pd.DataFrame) else value
        for key, value in arguments(name, "normal").items()
    }
    with pytest.raises(ContractError, match="needs the columns .*It has: x"):
        getattr(plots, name)(**given, title="t", subtitle="s")

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from crm_analysis.errors import RunError
from crm_analysis.messages import language
from crm_analysis.workflow.translate import (
    Parameter,
    ReadableTranslator,
    check_parameters,
    known_parameters,
    read_notebook,
    translate_notebook,
)


def notebook(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Is it true?"),
            nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell("other = 1"),
        ]
    )


@pytest.mark.parametrize(
    "text", ["한국어 가게", 'say "hello"', "C:\\new\\table", "two\nlines\ttab", "a\u200bb\u2028c", "it's {x}", ""]
)
def test_injected_text_is_the_same_value_again(text: str) -> None:
    assert eval(ReadableTranslator.translate(text)) == text


def test_korean_stays_readable_also_inside_lists_and_dicts() -> None:
    source = ReadableTranslator.codify({"shop": "가게", "more": {"이름": ["값"]}})
    assert 'shop = "가게"' in source
    assert '{"이름": ["값"]}' in source


def test_parameters_are_those_of_the_tagged_cell_with_their_defaults() -> None:
    source = 'days: int = 90  # horizon\nname = "a=b"\nrate = 0.1\nitems = [1,\n  2]\nopen_end = None\nwhen = f()'
    known = known_parameters(notebook(source))
    assert {name: parameter.default for name, parameter in known.items()} == {
        "days": 90,
        "name": "a=b",
        "rate": 0.1,
        "items": [1, 2],
        "open_end": None,
        "when": None,
    }


def test_notebook_without_parameters_knows_none() -> None:
    plain = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")])
    assert known_parameters(plain) == {}


KNOWN = {
    name: Parameter(name, default)
    for name, default in {"days": 90, "rate": 0.1, "name": "a", "on": True, "free": None, "lang": "en"}.items()
}


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("days", "30", 30),
        ("rate", "2", 2.0),
        ("rate", 3, 3.0),
        ("name", "30", "30"),
        ("name", "한국", "한국"),
        ("on", "false", False),
        ("free", "text", "text"),
        ("free", "[1, 2]", [1, 2]),
        ("days", "none", None),
    ],
)
def test_values_take_the_type_of_the_default(name: str, given: Any, expected: Any) -> None:
    value = check_parameters({name: given}, KNOWN)[name]
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(("name", "given"), [("days", "soon"), ("days", "1.5"), ("days", "true"), ("on", "1")])
def test_value_that_does_not_fit_is_refused_with_an_example(name: str, given: str) -> None:
    with pytest.raises(RunError, match=rf"parameter '{name}' cannot be .*give a value like"):
        check_parameters({name: given}, KNOWN)


@pytest.mark.parametrize("name", ["dayz", "lang", "config"])
def test_unknown_and_reserved_parameters_are_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(RunError, match=rf"no parameter '{name}'.*Known: days, free, name, on, rate\."):
        check_parameters({name: "x"}, KNOWN)


def test_only_markdown_is_translated_and_the_source_stays() -> None:
    original = notebook("days = 1")
    with language("xx"):
        translated = translate_notebook(original)
    assert original.cells[0].source == "# Is it true?"
    assert translated.cells[0].source != "# Is it true?"
    assert [cell.source for cell in translated.cells[1:]] == ["days = 1", "other = 1"]


def test_missing_and_broken_notebooks_are_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"notebook 00_data\.ipynb is missing"):
        read_notebook(tmp_path / "00_data.ipynb")
    (tmp_path / "bad.ipynb").write_text("not json")
    with pytest.raises(RunError, match=r"bad\.ipynb in .* is not a notebook"):
        read_notebook(tmp_path / "bad.ipynb")

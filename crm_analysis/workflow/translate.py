"""A notebook before it is executed: prose in the user's language, parameters known and of the right type."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from papermill.translators import PythonTranslator

from crm_analysis.errors import RunError
from crm_analysis.messages import _, translate_markdown

__all__ = [
    "INJECTED",
    "Parameter",
    "ReadableTranslator",
    "check_parameters",
    "known_parameters",
    "read_notebook",
    "translate_notebook",
]

INJECTED = ("config", "run_dir", "lang")
"""Parameters that the runner sets in each notebook; a user cannot."""


class ReadableTranslator(PythonTranslator):  # type: ignore[misc]
    """Writes parameters into the injected cell; Korean stays Korean instead of ``\\\\uXXXX``."""

    @classmethod
    def translate_escaped_str(cls, str_val: Any) -> str:
        """A Python string literal that a person can read."""
        text = str(str_val).replace("\\", "\\\\").replace('"', '\\"')
        readable = (c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
        return f'"{"".join(readable)}"'


@dataclass(frozen=True)
class Parameter:
    """A parameter of a notebook: its name and its default, None where the default is no plain value."""

    name: str
    default: Any


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Read a notebook of the workspace.

    Raises
    ------
    RunError
        The file is missing or is not a notebook.
    """
    try:
        notebook: nbformat.NotebookNode = nbformat.read(str(path), as_version=4)
        return notebook
    except FileNotFoundError as error:
        raise RunError(
            _(
                "The notebook {file} is missing in {folder}. 'crm-analysis init' puts the notebooks into a "
                "workspace; 'notebooks' under [paths] in crm.toml names their folder.",
                file=path.name,
                folder=str(path.parent),
            )
        ) from error
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError) as error:
        raise RunError(_("{file} in {folder} is not a notebook.", file=path.name, folder=str(path.parent))) from error


def translate_notebook(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy whose Markdown cells are in the current language; code cells are left alone."""
    translated = copy.deepcopy(notebook)
    for cell in translated.cells:
        if cell.cell_type == "markdown":
            cell.source = translate_markdown(cell.source)
    return translated


def known_parameters(notebook: nbformat.NotebookNode) -> dict[str, Parameter]:
    """The parameters of a notebook: the names assigned in its cell tagged "parameters", with defaults."""
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            return {parameter.name: parameter for parameter in _assigned(cell.source)}
    return {}


def check_parameters(values: Mapping[str, Any], known: Mapping[str, Parameter]) -> dict[str, Any]:
    """Give each value the type of the parameter's default.

    Parameters
    ----------
    values
        By name; text from the command line is read as Python where the default is not text.
    known
        All parameters of the notebooks to run.

    Raises
    ------
    RunError
        A name is not known, or a value does not fit.
    """
    free = sorted(set(known) - set(INJECTED))
    for name in values:
        if name not in free:
            raise RunError(
                _(
                    "There is no parameter '{name}' in the notebooks to run. Known: {known}.",
                    name=name,
                    known=", ".join(free) or "–",
                )
            )
    return {name: _convert(name, value, known[name].default) for name, value in values.items()}


def _assigned(source: str) -> list[Parameter]:
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return []
    found = []
    for statement in body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        else:
            continue
        found += [
            Parameter(target.id, _plain_value(statement.value)) for target in targets if isinstance(target, ast.Name)
        ]
    return found


def _plain_value(node: ast.expr | None) -> Any:
    try:
        return None if node is None else ast.literal_eval(node)
    except ValueError:
        return None


def _convert(name: str, value: Any, default: Any) -> Any:
    if isinstance(value, str) and not isinstance(default, str):
        text = {"true": "True", "false": "False", "none": "None"}.get(value.lower(), value)
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            if default is not None:
                raise _does_not_fit(name, value, default) from None
    if default is None or value is None:
        return value
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, type(default)) or isinstance(value, bool) != isinstance(default, bool):
        raise _does_not_fit(name, value, default)
    return value


def _does_not_fit(name: str, value: Any, default: Any) -> RunError:
    return RunError(
        _(
            "The parameter '{name}' cannot be {value}: give a value like {example}.",
            name=name,
            value=repr(value),
            example=repr(default),
        )
    )

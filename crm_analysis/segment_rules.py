"""The user's own segments: one readable condition per name, such as ``profit >= 500000 and recency_days < 90``.

A condition is text that is read, never run: comparisons of columns with numbers or texts, joined by and, or, not.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_analysis.errors import ConfigError
from crm_analysis.messages import _

__all__ = ["RULE_COLUMNS", "check_rule", "rule_columns", "rule_mask"]

Mask = npt.NDArray[np.bool_]

RULE_COLUMNS = (
    "recency_days",
    "orders",
    "revenue",
    "profit",
    "gross_profit",
    "serving",
    "returned",
    "discount",
    "r_score",
    "f_score",
    "m_score",
    "segment",
    "existing",
    "value",
    "value_at_risk",
    "probability_leaving",
    "probability_buying",
    "expected_purchases",
    "days_as_customer",
)
"""Columns that a condition may name, one value per customer."""

_TEXT_COLUMNS = frozenset({"segment"})
_COMPARE: dict[type[ast.cmpop], Callable[[pd.Series, object], pd.Series]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.In: lambda a, b: a.isin(list(b)),  # type: ignore[call-overload]
    ast.NotIn: lambda a, b: ~a.isin(list(b)),  # type: ignore[call-overload]
}
LONGEST = 500


def check_rule(name: str, rule: str) -> None:
    """Hold a condition against what can be read.

    Parameters
    ----------
    name
        Of the segment, for the message.
    rule
        The condition.

    Raises
    ------
    ConfigError
        It cannot be read, names an unknown column or compares a text with a number.
    """
    _checked(name, _parsed(name, rule))


def rule_columns(rule: str) -> list[str]:
    """Columns that a condition names, each once, in its order."""
    names = [node.id for node in ast.walk(ast.parse(rule.strip(), mode="eval")) if isinstance(node, ast.Name)]
    return list(dict.fromkeys(names))


def rule_mask(rule: str, customers: pd.DataFrame) -> Mask:
    """Whom a condition names.

    Parameters
    ----------
    rule
        A condition that :func:`check_rule` accepts.
    customers
        One row per customer, with the columns that the condition names. A value that is not known fulfils no
        comparison.

    Returns
    -------
    numpy.ndarray
        One truth value per customer.
    """
    return _mask(ast.parse(rule.strip(), mode="eval").body, customers)


def _mask(node: ast.expr, customers: pd.DataFrame) -> Mask:
    if isinstance(node, ast.BoolOp):
        parts = [_mask(value, customers) for value in node.values]
        joined = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return np.asarray(joined.reduce(parts), dtype=bool)
    if isinstance(node, ast.UnaryOp):
        return ~_mask(node.operand, customers)
    if isinstance(node, ast.Name):
        return customers[node.id].to_numpy(dtype=bool)
    assert isinstance(node, ast.Compare)
    mask = np.ones(len(customers), dtype=bool)
    left = node.left
    for operation, right in zip(node.ops, node.comparators, strict=True):
        mask &= _compared(left, operation, right, customers)
        left = right
    return mask


def _compared(left: ast.expr, operation: ast.cmpop, right: ast.expr, customers: pd.DataFrame) -> Mask:
    column = customers[left.id] if isinstance(left, ast.Name) else pd.Series(_constant(left), index=customers.index)
    other = customers[right.id] if isinstance(right, ast.Name) else _constant(right)
    compared = _COMPARE[type(operation)](column, other) & column.notna()
    if isinstance(right, ast.Name):
        compared &= customers[right.id].notna()
    return compared.to_numpy(dtype=bool)


def _constant(node: ast.expr) -> object:
    return ast.literal_eval(node)


def _parsed(name: str, rule: str) -> ast.expr:
    try:
        if len(rule) > LONGEST:
            raise SyntaxError
        return ast.parse(rule.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _unreadable(name, rule) from error


def _unreadable(name: str, rule: str) -> ConfigError:
    return ConfigError(
        _(
            "crm.toml: the segment '{name}' cannot be read: {rule}. Write comparisons joined by and, or, not, such as "
            "{example}.",
            name=name,
            rule=rule[:80],
            example="profit >= 500000 and recency_days < 90",
        )
    )


def _checked(name: str, node: ast.expr) -> None:
    rule = ast.unparse(node)
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            _checked(name, value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        _checked(name, node.operand)
    elif isinstance(node, ast.Name) and node.id == "existing":
        return
    elif isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for number, operation in enumerate(node.ops):
            _check_pair(name, sides[number], operation, sides[number + 1], rule)
    else:
        raise _unreadable(name, rule)


def _check_pair(name: str, left: ast.expr, operation: ast.cmpop, right: ast.expr, rule: str) -> None:
    if type(operation) not in _COMPARE or not any(isinstance(side, ast.Name) for side in (left, right)):
        raise _unreadable(name, rule)
    many = isinstance(operation, (ast.In, ast.NotIn))
    if many != isinstance(right, (ast.List, ast.Tuple)):
        raise _unreadable(name, rule)
    kinds = {_kind(name, left, rule), *(_kind(name, side, rule) for side in (right.elts if many else [right]))}  # type: ignore[attr-defined]
    if len(kinds) > 1:
        raise ConfigError(
            _("crm.toml: the segment '{name}' compares a text with a number: {rule}.", name=name, rule=rule[:80])
        )
    if kinds == {"text"} and not isinstance(operation, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
        raise _unreadable(name, rule)


def _kind(name: str, node: ast.expr, rule: str) -> str:
    """text or number: of a column or a value."""
    if isinstance(node, ast.Name):
        if node.id not in RULE_COLUMNS:
            near = difflib.get_close_matches(node.id, RULE_COLUMNS, n=1)
            raise ConfigError(
                _(
                    "crm.toml: the segment '{name}' names the column '{column}', which is not known. Known: {known}.",
                    name=name,
                    column=node.id,
                    known=", ".join(near or RULE_COLUMNS),
                )
            )
        return "text" if node.id in _TEXT_COLUMNS else "number"
    try:
        value = _constant(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise _unreadable(name, rule) from error
    if isinstance(value, str):
        return "text"
    if isinstance(value, (bool, int, float)):
        return "number"
    raise _unreadable(name, rule)

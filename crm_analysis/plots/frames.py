"""What a figure needs of its table: the columns, enough rows, something else than zero."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crm_analysis.errors import ContractError
from crm_analysis.messages import _

__all__ = ["drawable", "has_values", "place_of_largest", "with_others"]

_MOST_BARS = 12


def drawable(
    frame: pd.DataFrame, required: Sequence[str], *, measures: Sequence[str] = (), at_least: int = 1
) -> pd.DataFrame | None:
    """The rows of a frame that can be drawn, or None where nothing can.

    Parameters
    ----------
    frame
        The table a figure is drawn from; it is not changed.
    required
        Columns the figure cannot do without; rows where one of them is missing are left out.
    measures
        Numbers of which at least one must differ from zero: nothing is drawn as zero.
    at_least
        Number of rows below which the figure says nothing.

    Raises
    ------
    ContractError
        If a required column is missing.
    """
    missing = [column for column in (*required, *measures) if column not in frame.columns]
    if missing:
        raise ContractError(
            _(
                "The figure needs the columns {columns}, which the table does not have. "
                "It has: {found}. Run the step that makes the table again.",
                columns=", ".join(missing),
                found=", ".join(map(str, frame.columns)),
            )
        )
    rows = frame.dropna(subset=[*required]).reset_index(drop=True)
    if len(rows) < at_least or (measures and not any(has_values(rows[column]) for column in measures)):
        return None
    return rows


def has_values(column: pd.Series) -> bool:
    """Whether a column of numbers holds one that is neither missing nor zero."""
    numbers = column.to_numpy(dtype=float)
    return bool(np.any(np.isfinite(numbers) & (numbers != 0)))


def place_of_largest(column: pd.Series) -> int:
    """Position of the largest number; missing ones are never the largest."""
    numbers = column.to_numpy(dtype=float)
    return int(np.argmax(np.where(np.isfinite(numbers), numbers, -np.inf)))


def with_others(frame: pd.DataFrame, name: str, value: str, *, most: int = _MOST_BARS) -> pd.DataFrame:
    """Rows by falling size of ``value``; those beyond ``most`` are summed into one named ``others``.

    Returns
    -------
    pandas.DataFrame
        The columns ``name`` and ``value``, at most ``most`` rows.
    """
    ranked = frame[[name, value]].sort_values(value, key=abs, ascending=False, kind="stable")
    if len(ranked) <= most:
        return ranked.reset_index(drop=True)
    rest = pd.DataFrame({name: ["others"], value: [ranked[value].iloc[most - 1 :].sum()]})
    return pd.concat([ranked.iloc[: most - 1], rest], ignore_index=True)

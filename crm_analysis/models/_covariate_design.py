"""Covariates as a model varies them: around their mean, in units of their spread, none that says nothing new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg

from crm_analysis.errors import ModelError
from crm_analysis.messages import _
from crm_analysis.models._states import FloatArray, numeric_column

__all__ = ["Design"]

_SAME = 1e-12
"""A spread that is smaller than this share of the largest value is rounding."""
_FOLLOWS = 1e-10
"""Share of a covariate's variance that those before it leave unexplained, where it says nothing new."""


@dataclass(frozen=True)
class Design:
    """Covariates of one process in units of their spread around their mean.

    Attributes
    ----------
    names
        Columns.
    mean, spread
        Of the customers that the model was fitted on, shape (covariates,).
    """

    names: tuple[str, ...]
    mean: FloatArray
    spread: FloatArray

    @classmethod
    def of(cls, frame: pd.DataFrame, names: Sequence[str], weights: FloatArray) -> Design:
        """Measure mean and spread, ``weights`` customers in each row.

        Raises
        ------
        ContractError, ModelError
            A column is missing or not numeric, is the same for all, or follows from those before it.
        """
        columns = _columns(frame, names)
        mean = weights @ columns / weights.sum()
        spread = np.sqrt(weights @ (columns - mean) ** 2 / weights.sum())
        for k, name in enumerate(names):
            if spread[k] <= _SAME * np.abs(columns[:, k]).max():
                raise ModelError(
                    _("Covariate {column} is the same for all customers: nothing can be learnt from it.", column=name)
                )
        design = cls(tuple(names), mean, spread)
        design._need_news(design.standardised(frame), weights)
        return design

    def standardised(self, frame: pd.DataFrame) -> FloatArray:
        """The covariates of a frame, shape (rows, covariates)."""
        scaled: FloatArray = (_columns(frame, self.names) - self.mean) / self.spread
        return scaled

    def _need_news(self, scaled: FloatArray, weights: FloatArray) -> None:
        """Refuse a covariate that is a sum of multiples of those before it."""
        root = np.sqrt(weights / weights.sum())[:, None] * scaled
        for k in range(1, len(self.names)):
            explained = linalg.lstsq(root[:, :k], root[:, k])[0]
            if ((root[:, k] - root[:, :k] @ explained) ** 2).sum() < _FOLLOWS:
                raise ModelError(
                    _(
                        "Covariate {column} follows from {others}: their effects cannot be told apart. Leave one of"
                        " them out.",
                        column=self.names[k],
                        others=", ".join(self.names[:k]),
                    )
                )


def _columns(frame: pd.DataFrame, names: Sequence[str]) -> FloatArray:
    return np.column_stack([numeric_column(frame, name) for name in names]) if names else np.zeros((len(frame), 0))

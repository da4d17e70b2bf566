"""What a model of repeat purchases offers, whichever it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import pandas as pd

from crm_analysis.models._states import FloatArray, PurchaseStates

__all__ = ["PurchaseModel"]


class PurchaseModel(Protocol):
    """The methods that customer value and backtests rely on."""

    NAME: ClassVar[str]

    def probability_alive(self, states: pd.DataFrame | PurchaseStates) -> FloatArray:
        """Probability that a customer still buys, shape (rows,)."""
        ...

    def expected_purchases(self, states: pd.DataFrame | PurchaseStates, horizon: Any) -> FloatArray:
        """Purchases expected in the next ``horizon``, shape (rows,)."""
        ...

    def variance_of_purchases(self, states: pd.DataFrame | PurchaseStates, horizon: float) -> FloatArray:
        """Variance of these purchases, shape (rows,)."""
        ...

    def discounted_expected_purchases(
        self, states: pd.DataFrame | PurchaseStates, horizon: float, discount_rate_annual: float, unit: str
    ) -> FloatArray:
        """Purchases expected, each worth less the later it comes, shape (rows,)."""
        ...

    def expected_purchases_new_customer(self, horizon: Any) -> Any:
        """Repeat purchases expected of a new customer."""
        ...

    def simulate_parameters(self, n: int, random_state: int | np.random.Generator | None = None) -> pd.DataFrame:
        """Draws of the parameters, one row each."""
        ...

    def with_params(self, params: Mapping[str, float]) -> Self:
        """Copy the model with other parameters."""
        ...

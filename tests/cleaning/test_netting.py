"""A cancellation undoes the latest open sale like it, and only that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_analysis.cleaning import MarkedLines, ledger_of_lines, with_netting
from crm_analysis.cleaning.netting import mark_netted, netting_reason
from crm_analysis.config import CleaningSettings
from crm_analysis.warehouse import Engine, Warehouse, collect

START = pd.Timestamp("2024-03-05 10:00")


def _lines(steps: list[tuple[float, ...]] | list[dict[str, Any]]) -> pd.DataFrame:
    """Lines in hours after the start: (hour, quantity) at 5 apiece, or a dict of columns."""
    rows = []
    for number, step in enumerate(steps):
        row = step if isinstance(step, dict) else {"hour": step[0], "quantity": float(step[1])}
        quantity = float(row["quantity"])
        base = {
            "line": number,
            "customer_id": "c1",
            "product_id": "p1",
            "order_id": f"o{number:03d}",
            "amount": quantity * 5.0,
        }
        rows.append(base | row)
    frame = pd.DataFrame(rows)
    frame["ordered_at"] = START + pd.to_timedelta(frame.pop("hour"), unit="h")
    return frame


def _netted(frame: pd.DataFrame) -> list[int]:
    marked = collect(mark_netted(ibis.memtable(frame)))
    return sorted(marked.loc[marked["netted"], "line"].tolist())


CASES: dict[str, tuple[list[Any], list[int]]] = {
    "sale and cancellation": ([(0, 2), (1, -2)], [0, 1]),
    "two sales, one cancellation undoes the later": ([(0, 2), (1, 2), (2, -2)], [1, 2]),
    "two sales, two cancellations": ([(0, 2), (1, 2), (2, -2), (3, -2)], [0, 1, 2, 3]),
    "in turn": ([(0, 2), (1, -2), (2, 2), (3, -2)], [0, 1, 2, 3]),
    "one sale, two cancellations": ([(0, 2), (1, -2), (2, -2)], [0, 1]),
    "cancellation before the sale": ([(0, -2), (1, 2)], []),
    "cancellation before the sale, then another": ([(0, -2), (1, 2), (2, -2)], [1, 2]),
    "open, undone, bought again": ([(0, 2), (1, -2), (2, 2)], [0, 1]),
    "the same second": ([(0, -2), (0, 2)], [0, 1]),
    "part of the quantity": ([(0, 2), (1, -1)], []),
    "another price": ([(0, 2), {"hour": 1, "quantity": -2, "amount": -9.99}], []),
    "another product": ([(0, 2), {"hour": 1, "quantity": -2, "product_id": "p2"}], []),
    "another customer": ([(0, 2), {"hour": 1, "quantity": -2, "customer_id": "c2"}], []),
    "no product known": ([{"hour": h, "quantity": q, "product_id": None} for h, q in ((0, 2), (1, -2))], [0, 1]),
    "a half cent of rounding": ([(0, 3), {"hour": 1, "quantity": -3, "amount": -15.001}], [0, 1]),
    "free lines": ([(0, 0), (1, 0)], []),
    "free lines between": ([(0, 2), {"hour": 1, "quantity": 2, "amount": 0.0}, (2, -2)], [0, 2]),
}


@pytest.mark.parametrize("case", CASES)
def test_brackets(case: str) -> None:
    steps, expected = CASES[case]
    frame = _lines(steps)
    assert _netted(frame) == expected
    assert _netted(frame.iloc[::-1].reset_index(drop=True)) == expected, "the order of rows does not matter"


def _by_stack(frame: pd.DataFrame) -> list[int]:
    """The same by hand: a stack of open sales."""
    found: list[int] = []
    open_sales: list[int] = []
    for row in frame.sort_values(["ordered_at", "amount"], ascending=[True, False], kind="stable").itertuples():
        if row.amount > 0:
            open_sales.append(row.line)
        elif row.amount < 0 and open_sales:
            found += [open_sales.pop(), row.line]
    return sorted(found)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([2, 2, -2]), min_size=1, max_size=14))
def test_any_sequence_is_matched_like_a_stack(signs: list[int]) -> None:
    frame = _lines([(hour, sign) for hour, sign in enumerate(signs)])
    assert _netted(frame) == _by_stack(frame)


def test_what_is_netted_adds_up_to_nothing(engine: Engine, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    n = 400
    frame = pd.DataFrame(
        {
            "line": range(n),
            "customer_id": rng.choice(["a", "b", "c"], n),
            "product_id": rng.choice(["p", "q"], n),
            "order_id": [f"o{i}" for i in range(n)],
            "quantity": rng.choice([1.0, 2.0, -1.0, -2.0], n),
            "ordered_at": START + pd.to_timedelta(rng.integers(0, 50_000, n), unit="s"),
        }
    )
    frame["amount"] = frame["quantity"] * 3.5
    warehouse = Warehouse(tmp_path, engine)
    warehouse.write_frame("lines", frame)
    warehouse.write("netted", mark_netted(warehouse.read("lines")))
    result = collect(warehouse.read("netted"))
    assert len(result) == n
    undone = result[result["netted"]]
    assert len(undone) > 100
    sums = undone.groupby(["customer_id", "product_id", undone["quantity"].abs()])["amount"].agg(["sum", "count"])
    assert (sums["sum"] == 0.0).all()
    expected: list[int] = []
    for _key, part in frame.groupby(["customer_id", "product_id", frame["quantity"].abs()]):
        expected += _by_stack(part)
    assert sorted(undone["line"]) == sorted(expected)


def test_lines_without_a_return_are_not_sorted(marked: Callable[..., MarkedLines]) -> None:
    lines = marked([{}, {"order_id": "o2"}])
    result = with_netting(lines.kept, ledger_of_lines(lines), CleaningSettings())
    assert "lag" not in str(ibis.to_sql(result)).lower()
    assert not collect(result)["netted"].any()
    lines = marked([{}, {"order_id": "o2", "quantity": -2.0, "amount": -10.0, "ordered_at": START + pd.Timedelta(1)}])
    assert collect(with_netting(lines.kept, ledger_of_lines(lines), CleaningSettings()))["netted"].all()


def test_netting_can_be_switched_off(marked: Callable[..., MarkedLines]) -> None:
    lines = marked([{}, {"quantity": -2.0, "amount": -10.0, "ordered_at": START + pd.Timedelta(1)}])
    plain = collect(with_netting(lines.kept, ledger_of_lines(lines), CleaningSettings()))
    assert plain["netted"].sum() == 2
    kept = collect(with_netting(lines.kept, ledger_of_lines(lines), CleaningSettings(netting=False)))
    assert not kept["netted"].any()
    assert kept["amount"].sum() == plain["amount"].sum()


def test_the_reason_is_a_sentence() -> None:
    assert netting_reason().startswith("The sale and the cancellation")

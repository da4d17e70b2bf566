"""What was known on a day and what came after it, on both engines."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir
import pandas as pd

from crm_analysis.features import customer_summary, known_and_after

SPLIT = date(2024, 2, 20)


def test_histories_and_what_came_after_by_hand(lines: ir.Table) -> None:
    found = known_and_after(lines, SPLIT, 40, "day", by_customer=True).set_index("customer_id")
    assert found.index.tolist() == ["c1", "c2", "c3"], "who came later is not known yet"
    columns = ["frequency", "recency", "T", "previous", "actual", "actual_value", "monetary_value", "customers"]
    assert found[columns].to_numpy().tolist() == [
        [1, 30, 50, 1, 1, 40.0, 20.0, 1],
        [0, 0, 36, 1, 0, 0.0, 0.0, 1],
        [0, 0, 0, 1, 0, 0.0, 0.0, 1],
    ]
    past = customer_summary(lines, SPLIT, "day").set_index("customer_id")
    for name in ("frequency", "recency", "T", "monetary_value", "sales", "purchases"):
        assert found[name].tolist() == past[name].tolist()


def test_the_windows_end_and_begin_with_their_days(lines: ir.Table) -> None:
    # Purchases of c1: 1 January, 31 January, 10 March.
    def of_c1(split: date, days: int) -> list[int]:
        row = known_and_after(lines, split, days, "day", by_customer=True).set_index("customer_id").loc["c1"]
        return [int(row["previous"]), int(row["actual"])]

    assert of_c1(date(2024, 1, 31), 39) == [2, 1]
    assert of_c1(date(2024, 1, 31), 38) == [2, 0]
    assert of_c1(date(2024, 1, 31), 30) == [1, 0]
    assert of_c1(date(2024, 1, 30), 29) == [0, 1]
    assert of_c1(date(2024, 1, 31), 31) == [2, 0]


def test_states_count_the_customers(lines: ir.Table) -> None:
    states = known_and_after(lines, date(2024, 3, 31), 7, "week")
    each = known_and_after(lines, date(2024, 3, 31), 7, "week", by_customer=True)
    keys = ["frequency", "recency", "T", "previous", "actual"]
    counted = each.groupby(keys, as_index=False)["customers"].sum()
    pd.testing.assert_frame_equal(
        states.sort_values(keys, ignore_index=True)[[*keys, "customers"]], counted, check_dtype=False
    )
    assert states["customers"].sum() == 4

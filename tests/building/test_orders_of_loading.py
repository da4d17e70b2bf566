"""Whatever the order of loading, the tables are the same, and every row that was read is accounted for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_analysis.warehouse import collect

from .conftest import HEAD, Shop

pytestmark = pytest.mark.slow
DAYS = st.integers(1, 6)
LINE = st.builds(
    lambda customer, day, order, product, quantity, amount: (
        f"{customer},2024-01-{day:02},{order},{product},{quantity},{amount}"
    ),
    st.sampled_from(["c1", "c2", ""]),
    DAYS,
    st.sampled_from(["o1", "o2", "o3", ""]),
    st.sampled_from(["p1", "p2"]),
    st.sampled_from([1, 2, -1]),
    st.sampled_from(["5.00", "7.50", "abc", "-5.00"]),
)
GOOD = "c9,2024-01-03,anchor,p1,1,1.00"
EXTRACTS = st.lists(st.lists(LINE, max_size=6), min_size=2, max_size=4)
REPLACED = st.lists(st.tuples(st.sampled_from(["a.csv", "b.csv"]), st.lists(LINE, max_size=6)), max_size=2)
NAMES = ("a.csv", "b.csv", "c.csv", "d.csv")
QUICK = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def _put(shop: Shop, name: str, lines: list[str]) -> None:
    """A line of each kind that can be read in any file: half of a column that cannot is refused."""
    shop.date(shop.put(name, [GOOD] * 8 + lines, HEAD), minute=NAMES.index(name))


def _tables(shop: Shop) -> dict[str, pd.DataFrame]:
    months = collect(shop.open().table("monthly_agreement"))
    return {
        "order_lines": shop.lines(),
        "months": months.sort_values("month", ignore_index=True)[sorted(months.columns)],
    }


@QUICK
@given(extracts=EXTRACTS, keep=st.booleans(), data=st.data())
def test_all_at_once_or_one_after_the_other(
    make_shop: Callable[[], Shop], extracts: list[list[str]], keep: bool, data: st.DataObject
) -> None:
    files = dict(zip(NAMES, extracts, strict=False))
    overrides = {"cleaning__duplicates": "keep" if keep else "quarantine"}
    together, single = make_shop(), make_shop()
    for name, lines in files.items():
        _put(together, name, lines)
    at_once = together.open(**overrides).build()
    for name in data.draw(st.permutations(list(files))):
        _put(single, name, files[name])
        last = single.open(**overrides).build()
    for name, frame in _tables(together).items():
        pd.testing.assert_frame_equal(_tables(single)[name], frame, obj=name)
    pd.testing.assert_frame_equal(last.cleaning_ledger, at_once.cleaning_ledger)
    again = single.open(**overrides).build(force=True)
    pd.testing.assert_frame_equal(single.lines(), together.lines())
    pd.testing.assert_frame_equal(again.cleaning_ledger, at_once.cleaning_ledger)


@QUICK
@given(
    extracts=EXTRACTS, replaced=st.lists(st.tuples(st.sampled_from(NAMES[:2]), st.lists(LINE, max_size=6)), max_size=2)
)
def test_every_row_read_is_kept_or_set_aside(
    make_shop: Callable[[], Shop], extracts: list[list[str]], replaced: list[tuple[str, list[str]]]
) -> None:
    shop = make_shop()
    for name, lines in [*zip(NAMES, extracts, strict=False), *replaced]:
        _put(shop, name, lines)
        result = shop.open().build()
        ledger = result.cleaning_ledger
        standing = ledger[ledger["action"].isin(["kept", "quarantined"])]
        kept, aside = shop.lines(), collect(shop.open().table("quarantine_order_lines"))
        assert result.load_ledger["rows_read"].sum() == standing["rows"].sum() == len(kept) + len(aside)
        assert ledger.loc[ledger["rule"] == "kept", "rows"].item() == len(kept)
        loads = collect(shop.open().table("loads"))
        assert loads.loc[loads["replaced_at"] == "", "rows"].sum() == result.load_ledger["rows_read"].sum()


@QUICK
@given(extracts=EXTRACTS)
def test_every_state_can_be_read_again(make_shop: Callable[[], Shop], extracts: list[list[str]]) -> None:
    """One file whose bytes change each time: the state after each build is found again by its moment."""
    shop = make_shop()
    states = []
    for lines in extracts:
        _put(shop, "a.csv", lines)
        shop.open().build()
        states.append((datetime.now(UTC), _sorted(collect(shop.open().table("order_lines")))))
    for moment, rows in states:
        pd.testing.assert_frame_equal(_sorted(collect(shop.open().table("order_lines", as_of=moment))), rows)


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(list(frame.columns), ignore_index=True)

"""Members who wait, businesses, households and recommendations, on both engines."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import households, key_accounts, referrals, waiting_members
from crm_analysis.warehouse import Engine, Warehouse

FIRST, AS_OF = date(2023, 1, 1), date(2024, 12, 31)


def _lines(rows: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "quantity", "amount"])
    return frame.assign(
        ordered_at=pd.to_datetime(frame["ordered_at"]),
        order_id=[f"o{i}" for i in frame.index],
        line_kind="sale",
        netted=False,
    )


@pytest.fixture(scope="module")
def place(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("relations"), engine)


def test_businesses_buy_far_more_again_and_again(place: Warehouse) -> None:
    consumers = [(f"c{i}", f"2024-0{1 + i % 9}-10", 1.0 + (i % 5 == 0), 10.0) for i in range(60)]
    firm = [("firm", f"2024-{m:02d}-05", 40.0, 900.0) for m in range(1, 11)]
    once = [("once", "2024-05-05", 80.0, 1500.0)]
    place.write_frame("order_lines", _lines(consumers + firm + once))
    found = key_accounts(place.read("order_lines"), AS_OF)
    assert found["customer_id"].tolist() == ["firm"]
    row = found.iloc[0]
    assert (row["orders"], row["pieces_per_order"], row["revenue"]) == (10, 40.0, 9000.0)
    assert row["usual_gap_days"] == pytest.approx(30.4, abs=0.1)
    assert row["regularity"] > 0.9


def test_no_quantity_no_businesses(place: Warehouse) -> None:
    place.write_frame("order_lines", _lines([("a", "2024-05-05", 1.0, 5.0)]))
    assert key_accounts(place.read("order_lines").drop("quantity"), AS_OF).empty


def _members(n: int = 400) -> tuple[pd.DataFrame, list[tuple[str, str, float, float]]]:
    """Half order ten days after they register, a quarter a hundred days after, a quarter never."""
    joined = pd.to_datetime("2023-02-01") + pd.to_timedelta(np.arange(n) % 300, unit="D")
    people = pd.DataFrame(
        {"customer_id": [f"m{i}" for i in range(n)], "joined_at": joined, "acquisition_source": "web"}
    )
    waits = {0: 10, 1: 10, 2: 100}
    orders = [
        (f"m{i}", str((joined[i] + pd.Timedelta(days=waits[i % 4])).date()), 1.0, 5.0)
        for i in range(n)
        if i % 4 in waits
    ]
    return people, orders


def test_members_who_wait_and_what_became_of_others(place: Warehouse) -> None:
    people, orders = _members()
    place.write_frame("customers", people)
    place.write_frame("order_lines", _lines(orders))
    found = waiting_members(place.read("customers"), place.read("order_lines"), FIRST, AS_OF, 30)
    assert found is not None
    row = found.by_source.set_index("source").loc["web"]
    assert (row["registered"], row["ordered"], row["waiting"]) == (400, 300, 100)
    assert row["share_within"] == pytest.approx(0.5)
    assert row["low"] < 0.5 < row["high"]
    assert (found.members["likelihood"] == 0.0).all(), "nobody ordered after a hundred days"


def test_likelihood_is_that_of_those_who_waited_as_long(place: Warehouse) -> None:
    people, orders = _members()
    late = pd.DataFrame(
        {
            "customer_id": ["new", "old"],
            "joined_at": pd.to_datetime(["2024-12-26", "2024-10-02"]),
            "acquisition_source": "web",
        }
    )
    place.write_frame("customers", pd.concat([people, late], ignore_index=True))
    place.write_frame("order_lines", _lines(orders))
    found = waiting_members(place.read("customers"), place.read("order_lines"), FIRST, AS_OF, 30)
    assert found is not None
    likelihood = found.members.set_index("customer_id")["likelihood"]
    assert likelihood["new"] == pytest.approx(0.5, abs=0.01)
    assert likelihood["old"] == pytest.approx(0.5, abs=0.01), "a quarter of the half that waits at ninety days"
    assert found.members["customer_id"].iloc[0] in ("new", "old")


def test_small_sources_are_taken_together(place: Warehouse) -> None:
    people, orders = _members()
    people["acquisition_source"] = np.where(np.arange(len(people)) < 5, "fair", "web")
    place.write_frame("customers", people)
    place.write_frame("order_lines", _lines(orders))
    found = waiting_members(place.read("customers"), place.read("order_lines"), FIRST, AS_OF, 30)
    assert found is not None
    assert set(found.by_source["source"]) == {"web", "others"}


def test_nothing_is_known_of_members(place: Warehouse) -> None:
    people, orders = _members(8)
    place.write_frame("order_lines", _lines(orders))
    lines = place.read("order_lines")
    assert waiting_members(None, lines, FIRST, AS_OF, 30) is None
    place.write_frame("customers", people[["customer_id"]])
    assert waiting_members(place.read("customers"), lines, FIRST, AS_OF, 30) is None


SCORES = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d", "e"],
        "revenue": [10.0, 20.0, 30.0, 40.0, 50.0],
        "profit": [1.0, 2.0, 3.0, 4.0, 5.0],
        "value": [5.0, 4.0, 3.0, 2.0, 1.0],
        "existing": [True, False, False, False, False],
    }
)


def test_households_by_size(place: Warehouse) -> None:
    people = pd.DataFrame({"customer_id": list("abcde"), "household_id": ["h1", "h1", "h2", None, "h3"]})
    place.write_frame("customers", people)
    found = households(place.read("customers"), SCORES)
    assert found is not None
    assert found.set_index("size")["customers"].to_dict() == {1: 2, 2: 2}
    assert found.set_index("size").loc[2, "profit"] == 3.0
    assert households(None, SCORES) is None
    assert households(place.read("customers").drop("household_id"), SCORES) is None


def test_trees_of_recommendations(place: Warehouse) -> None:
    people = pd.DataFrame({"customer_id": list("abcde"), "referrer_id": [None, "a", "b", "a", "e"]})
    place.write_frame("customers", people)
    found = referrals(place.read("customers"), SCORES)
    assert found is not None
    top = found.referrers.set_index("customer_id")
    assert top.loc["a", ["brought", "brought_in_all", "deepest"]].tolist() == [2, 3, 2]
    assert top.loc["a", "brought_value"] == 9.0
    assert top.loc["b", "brought_value"] == 3.0
    assert "e" not in top.index, "nobody brings themselves"
    assert found.summary["referred"] == 3
    assert np.isnan(found.summary["difference"]), "one new customer whom nobody brought is no comparison"


def test_a_ring_of_recommendations_ends(place: Warehouse) -> None:
    people = pd.DataFrame({"customer_id": list("abc"), "referrer_id": ["c", "a", "b"]})
    place.write_frame("customers", people)
    found = referrals(place.read("customers"), SCORES)
    assert found is not None
    assert found.referrers["brought_in_all"].max() == 2

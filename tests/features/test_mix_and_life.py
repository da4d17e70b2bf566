"""The mix of sales, the target, stages of life, loyalty and losses; by hand, on both engines."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from crm_analysis.features import (
    below_peers,
    life_cycle,
    losses_by_definition,
    loyalty_index,
    sales_mix,
    stage_migration,
    target_reach,
)
from crm_analysis.warehouse import Engine, Warehouse

AS_OF = date(2024, 12, 31)
BEFORE, AFTER = (date(2023, 1, 1), date(2023, 12, 31)), (date(2024, 1, 1), AS_OF)


def _order(customer: str, at: str, amount: float = 10.0, **more: object) -> dict[str, object]:
    base: dict[str, object] = {
        "customer_id": customer, "ordered_at": pd.Timestamp(at), "order_id": f"{customer}{at}", "amount": amount,
        "product_id": "tea", "channel": "web", "line_kind": "return" if amount < 0 else "sale", "netted": False,
    }  # fmt: skip
    return base | more


@pytest.fixture(scope="module")
def place(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("mix"), engine)


def _mix(place: Warehouse, rows: list[dict[str, object]]) -> pd.DataFrame:
    place.write_frame("order_lines", pd.DataFrame(rows))
    goods = pd.DataFrame({"product_id": ["tea", "soap"], "category": ["Food", "Home"]})
    place.write_frame("products", goods)
    return sales_mix(place.read("order_lines"), place.read("products"), None, BEFORE, AFTER)


def test_shares_add_up_and_a_real_change_is_found(place: Warehouse) -> None:
    rng = np.random.default_rng(1)
    rows = []
    for n in range(400):
        for year, chance in (("2023", 0.2), ("2024", 0.5)):
            product = "soap" if rng.random() < chance else "tea"
            rows.append(_order(f"c{n}", f"{year}-05-{1 + n % 28:02d}", product_id=product))
    mix = _mix(place, rows).set_index(["dimension", "value"])
    food, home = mix.loc[("category", "Food")], mix.loc[("category", "Home")]
    assert food["share_after"] + home["share_after"] == pytest.approx(1)
    assert food["revenue_before"] + home["revenue_before"] == pytest.approx(4000)
    assert home["change"] == pytest.approx(home["share_after"] - home["share_before"])
    assert home["sure"] and home["low"] > 0.2 and home["high"] < 0.4
    assert food["change"] == pytest.approx(-home["change"]) and food["low"] == pytest.approx(-home["high"])
    assert not [d for d, _v in mix.index if d == "channel"]  # one channel alone is no mix


def test_the_interval_of_a_share_is_that_of_the_difference_of_ratios(place: Warehouse) -> None:
    rng = np.random.default_rng(2)
    people = pd.DataFrame({f"x{y}{p}": rng.gamma(1, 10, 60) for y in (0, 1) for p in ("tea", "soap")})
    rows = [
        _order(f"c{i}", f"{2023 + y}-03-01", float(round(row[f"x{y}{p}"], 2)), product_id=p)
        for i, row in people.round(2).iterrows()
        for y in (0, 1)
        for p in ("tea", "soap")
    ]
    home = _mix(place, rows).set_index("value").loc["Home"]
    x0, x1 = people["x0soap"].round(2), people["x1soap"].round(2)
    y0, y1 = x0 + people["x0tea"].round(2), x1 + people["x1tea"].round(2)
    s0, s1 = x0.sum() / y0.sum(), x1.sum() / y1.sum()
    influence = (x1 - s1 * y1) / y1.sum() - (x0 - s0 * y0) / y0.sum()
    error = np.sqrt((influence**2).sum() * 60 / 59)
    assert home["high"] - home["change"] == pytest.approx(1.6448536 * error, rel=1e-5)


def test_loyal_buyers_of_one_kind_are_no_change(place: Warehouse) -> None:
    rows = [
        _order(f"c{n}", f"{year}-05-01", 10.0 * (1 + n % 7), product_id="soap" if n % 2 else "tea")
        for n in range(60)
        for year in (2023, 2024)
    ]
    assert not _mix(place, rows)["sure"].any()


def test_sales_in_one_period_alone_are_no_mix(place: Warehouse) -> None:
    assert _mix(place, [_order("a", "2024-05-01"), _order("b", "2024-05-01", product_id="soap")]).empty


def test_the_target_and_its_reach(place: Warehouse) -> None:
    people = pd.DataFrame(
        {
            "customer_id": list("abcdefg"),
            "recency_days": [5, 5, 5, 5, 5, 5, 500],
            "purchases": [9, 3, 1, 2, 2, 2, 9],
            "revenue": [100.0, 20, 10, 10, 10, 10, 900],
        }
    )
    agreed = pd.DataFrame({"customer_id": list("abg"), "channel": "email", "granted": [True, False, True]})
    place.write_frame("customers", pd.DataFrame({"customer_id": list("abcdefg"), "email": ["x", "x", None, *"xxxx"]}))
    found = target_reach(people, 100, agreed, place.read("customers")).set_index(["group", "channel"])
    assert found.loc[("best_fifth", "email"), ["customers", "with_address", "agreed", "reachable"]].tolist() == [1] * 4
    assert found.loc[("new", "email"), "with_address"] == 0
    assert found.loc[("active", "any"), ["customers", "reachable"]].tolist() == [4, 0]
    assert found.loc[("left", "email"), "reachable"] == 1 and found.loc[("left", "any"), "revenue"] == 900
    assert np.isnan(found.loc[("active", "phone"), "with_address"])
    unknown = target_reach(people, 100, None, None)
    assert unknown["reachable"].isna().all() and unknown["agreed"].isna().all()


STORY = {
    "won": ["2024-12-01"],
    "developing": ["2024-10-01", "2024-12-01"],
    "kept": ["2024-09-01", "2024-10-01", "2024-11-01", "2024-12-01"],
    "slowing": ["2024-09-01", "2024-09-11", "2024-09-21", "2024-10-01", "2024-10-11"],
    "won_back": ["2023-01-01", "2024-12-20"],
    "left": ["2024-01-01", "2024-02-01"],
}


def test_stages_of_life(place: Warehouse) -> None:
    rows = [_order(name, day) for name, days in STORY.items() for day in days]
    place.write_frame("order_lines", pd.DataFrame(rows))
    found = life_cycle(place.read("order_lines"), AS_OF, 120).set_index("customer_id")
    assert found["stage"].to_dict() == {name: name for name in STORY}
    assert found.loc["kept", "since"] == pd.Timestamp("2024-12-01")
    assert found.loc["developing", "since"] == pd.Timestamp("2024-12-01")
    assert found.loc["left", "since"] == pd.Timestamp("2024-02-01") + pd.Timedelta(days=121)
    assert found.loc["slowing", "since"] == pd.Timestamp("2024-10-11") + pd.Timedelta(days=31)
    moves = stage_migration(place.read("order_lines"), found.reset_index(), AS_OF, 40, 120)
    moves = moves.set_index(["stage_from", "stage_to"])["customers"]
    assert moves[("none", "won")] == 1 and moves[("left", "won_back")] == 1 and moves.sum() == len(STORY)
    assert moves[("developing", "kept")] == 1


def test_losses_by_definition(place: Warehouse) -> None:
    rows = [_order(f"stay{n}", f"{year}-06-15") for n in range(60) for year in (2023, 2024)]
    rows += [_order(f"gone{n}", "2023-06-15") for n in range(40)]
    place.write_frame("order_lines", pd.DataFrame(rows))
    found = losses_by_definition(place.read("order_lines"), date(2023, 1, 1), AS_OF, 200).set_index("definition")
    assert found.loc["year", ["customers", "loss"]].tolist() == [100, 0.4]
    assert found.loc["year", "low"] < 0.4 < found.loc["year", "high"] and found.loc["year", "a_year"] == pytest.approx(
        0.4
    )
    assert "year_regulars" not in found.index  # nobody had bought twice by then
    assert losses_by_definition(place.read("order_lines"), date(2024, 12, 1), AS_OF, 200).empty


def test_the_loyalty_index(place: Warehouse) -> None:
    rows = [
        _order(f"c{n}", day) for n in range(100) for day in (["2024-03-01", "2024-05-01"] if n < 60 else ["2024-03-01"])
    ]
    place.write_frame("order_lines", pd.DataFrame(rows))
    place.write_frame(
        "feedback",
        pd.DataFrame(
            {
                "feedback_id": [f"f{n}" for n in range(40)],
                "customer_id": [f"c{n}" for n in range(40)],
                "given_at": pd.Timestamp("2024-04-01"),
                "score": [9.0] * 10 + [8.0] * 30,
                "scale_max": 10.0,
            }
        ),
    )
    found = loyalty_index(place.read("order_lines"), None, place.read("feedback"), None, date(2024, 1, 1), AS_OF)
    values = found.set_index("part")["value"]
    assert values["repeat"] == pytest.approx(0.6) and values["advocacy"] == pytest.approx(0.25)
    assert values["index"] == pytest.approx(100 * (0.6 + 0.25) / 2)
    assert set(found["period"]) == {"after"}
    alone = loyalty_index(place.read("order_lines"), None, None, None, date(2024, 1, 1), AS_OF).set_index("part")
    assert alone.loc["index", "value"] == pytest.approx(60)


def test_who_lies_below_peers(place: Warehouse) -> None:
    rows = [_order(f"p{n}", "2023-12-01") for n in range(40)] + [_order("low", "2023-12-01")]
    days = pd.date_range("2024-08-01", periods=10, freq="7D")
    rows += [_order(f"p{n}", str(day.date())) for n in range(40) for day in days] + [_order("low", "2024-08-01")]
    place.write_frame("order_lines", pd.DataFrame(rows))
    scores = pd.DataFrame(
        {"customer_id": [*(f"p{n}" for n in range(40)), "low"], "segment": "loyal", "order_profit": 4.0}
    )
    found = below_peers(place.read("order_lines"), scores, AS_OF)
    assert found.empty  # fifths of 41 customers have fewer than 30 peers
    more = [
        r | {"customer_id": f"{r['customer_id']}{k}"} for r in rows[:-1] for k in range(5) if r["customer_id"] != "low"
    ]
    place.write_frame("order_lines", pd.DataFrame(more + [r for r in rows if r["customer_id"] == "low"]))
    names = sorted({str(r["customer_id"]) for r in more}) + ["low"]
    scores = pd.DataFrame({"customer_id": names, "segment": "loyal", "order_profit": 4.0})
    found = below_peers(place.read("order_lines"), scores, AS_OF)
    assert found["customer_id"].tolist() == ["low"]
    assert found.loc[0, ["own", "peers", "headroom"]].tolist() == [1.0, 10.0, 36.0]

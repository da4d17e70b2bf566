"""Who is who: on published sets of known doubles, on the simulated shop, and what people decide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_analysis.datasets.simulated import Simulation, simulate
from crm_analysis.errors import ContractError
from crm_analysis.identity import MERGE_FROM, resolve, score_pairs, standardised

PEOPLE = 3_000


def _febrl(file: Path) -> pd.DataFrame:
    """As a shop would hold them: one name, one address; the social security number left out."""
    raw = pd.read_csv(file, skipinitialspace=True, dtype=str)
    raw.columns = [name.strip() for name in raw.columns]
    raw = raw.apply(lambda column: column.str.strip()).fillna("")
    street = raw["street_number"] + " " + raw["address_1"] + " " + raw["address_2"]
    return pd.DataFrame(
        {
            "customer_id": raw["rec_id"],
            "name": raw["given_name"] + " " + raw["surname"],
            "address": street + ", " + raw["suburb"] + ", " + raw["postcode"] + " " + raw["state"],
            "birth_date": raw["date_of_birth"],
        }
    )


def _person(ids: pd.Series) -> pd.Series:
    return ids.str.extract(r"rec-(\d+)-")[0]


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("names", "true_pairs"),
    [(["dataset1"], 500), (["dataset2"], 1_934), (["dataset4a", "dataset4b"], 5_000)],
)
def test_febrl(names: list[str], true_pairs: int, realdata: Callable[[str], Path]) -> None:
    """Christen (2008), Febrl; true pairs as published. Threshold and model are those of every shop."""
    lists = [standardised(_febrl(realdata(f"febrl/{name}.csv")), "AU") for name in names]
    found = score_pairs(*lists, at_least=MERGE_FROM)
    right = int((_person(found["customer_id_l"]) == _person(found["customer_id_r"])).sum())
    precision, recall = right / len(found), right / true_pairs
    assert 2 * precision * recall / (precision + recall) >= 0.97
    assert precision >= 0.99


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.Series]:
    """Accounts of a simulated shop, and the person behind each."""
    folder = tmp_path_factory.mktemp("identity") / "shop"
    simulate(folder, Simulation(customers=PEOPLE, seed=21))
    truth = pd.read_parquet(folder / "truth" / "accounts.parquet").set_index("customer_id")["person"]
    return pd.read_parquet(folder / "tables" / "customers.parquet"), truth


def test_automatic_merges_on_the_simulated_shop(shop: tuple[pd.DataFrame, pd.Series]) -> None:
    customers, truth = shop
    links = resolve(customers).links.set_index("customer_id")
    person = truth.reindex(links.index)
    korean = customers.set_index("customer_id")["name"].str.contains("[가-힣]").reindex(links.index)
    for mine in (pd.Series(data=True, index=links.index), korean, ~korean):
        merged = links[mine & (links["records"] > 1)]
        pure = person[merged.index].groupby(merged["person_id"]).nunique()
        assert (pure == 1).mean() >= 0.99
        found = links[mine].groupby(person[mine])["person_id"].nunique()
        assert (found == 1).mean() >= 0.97


CARDS = pd.DataFrame(
    [
        ("a", "홍길동", "hong@shop.example", "010-1234-5678", "가로수길 12", "1981-12-07"),
        ("b", "홍길동", "HONG@shop.example", "01012345678", "가로수길 12", "1981-12-07"),
        ("c", "홍길동", "hong@shop.example", None, "은행로 3", "1981-12-07"),
        ("d", "김민수", "kim@shop.example", "010-9999-0000", "은행로 3", "1990-01-01"),
        ("e", "김민지", None, None, "은행로 3", "1992-05-05"),
    ],
    columns=["customer_id", "name", "email", "phone", "address", "birth_date"],
)


def _decided(*pairs: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["customer_id_l", "customer_id_r", "decision"])


def _groups(links: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(mine) for _person_id, mine in links.groupby("person_id")["customer_id"]}


def test_what_people_decide_goes_before_the_model(shop: tuple[pd.DataFrame, pd.Series]) -> None:
    many = pd.concat([CARDS, shop[0].head(400)[CARDS.columns]], ignore_index=True)
    plain = resolve(many)
    first = next(group for group in _groups(plain.links) if "a" in group)
    assert {"a", "b", "c"} <= first
    assert "d" not in first
    apart = resolve(many, _decided(("b", "a", "different")))
    assert not any({"a", "b"} <= group for group in _groups(apart.links)), "also not by way of a third record"
    together = resolve(many, _decided(("d", "e", "same")))
    assert any({"d", "e"} <= group for group in _groups(together.links))
    assert {tuple(pair) for pair in together.review[["customer_id_l", "customer_id_r"]].to_numpy()} <= {
        tuple(pair) for pair in plain.review[["customer_id_l", "customer_id_r"]].to_numpy()
    }


def test_taking_a_decision_back_restores_what_was(shop: tuple[pd.DataFrame, pd.Series]) -> None:
    some = shop[0].head(300)
    before = resolve(some)
    resolve(some, _decided((str(some["customer_id"].iloc[0]), str(some["customer_id"].iloc[1]), "same")))
    again = resolve(some, _decided())
    pd.testing.assert_frame_equal(before.links, again.links)
    pd.testing.assert_frame_equal(before.review, again.review)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_the_order_of_records_does_not_matter_and_none_is_lost(seed: int) -> None:
    shuffled = CARDS.sample(frac=1.0, random_state=seed).reset_index(drop=True)
    found = resolve(shuffled).links
    assert _groups(found) == _groups(resolve(CARDS).links)
    assert sorted(found["customer_id"]) == sorted(CARDS["customer_id"])
    assert found.groupby("person_id").size().sum() == len(CARDS)


def test_evidence_is_in_bits(shop: tuple[pd.DataFrame, pd.Series]) -> None:
    pairs = score_pairs(standardised(shop[0]), at_least=0.5)
    assert pairs["probability"].is_monotonic_decreasing
    doubles = pairs[pairs["customer_id_r"] == pairs["customer_id_l"] + "D"]
    assert (doubles["birth"] > 0).all()
    moved = doubles[doubles["address"] < 0]
    assert 0.3 < len(moved) / len(doubles) < 0.7
    assert (pairs["postcode"] == 0).all(), "nobody gave one"


@pytest.mark.parametrize("columns", [["customer_id"], ["customer_id", "name"], ["customer_id", "email"]])
def test_little_data_gives_few_or_no_pairs_and_no_error(columns: list[str]) -> None:
    found = resolve(CARDS[columns])
    assert len(found.links) == len(CARDS)
    assert resolve(CARDS[columns].head(1)).links["records"].tolist() == [1]
    assert resolve(CARDS[columns].head(0)).links.empty


def test_wrong_input_is_named() -> None:
    with pytest.raises(ContractError, match="1 rows repeat a customer_id"):
        resolve(pd.concat([CARDS, CARDS.head(1)]))
    with pytest.raises(ContractError, match=r"A decision is 'maybe'\. Known: same, different"):
        resolve(CARDS, _decided(("a", "b", "maybe")))

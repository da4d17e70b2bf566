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

PEOPLE = 6_000


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
    found = found[found["alone"]]
    right = int((_person(found["customer_id_l"]) == _person(found["customer_id_r"])).sum())
    precision, recall = right / len(found), right / true_pairs
    assert 2 * precision * recall / (precision + recall) >= 0.97
    assert precision >= 0.99


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Accounts of a simulated shop, and the person behind each."""
    folder = tmp_path_factory.mktemp("identity") / "shop"
    simulate(folder, Simulation(customers=PEOPLE, seed=21))
    truth = pd.read_parquet(folder / "truth" / "accounts.parquet").set_index("customer_id")
    return pd.read_parquet(folder / "tables" / "customers.parquet"), truth


def _pairs(groups: pd.Series) -> pd.Series:
    """Every two records of one group, as one row: customer_id_l, customer_id_r."""
    frame = groups.rename("group").rename_axis("customer_id").reset_index()
    both = frame.merge(frame, on="group", suffixes=("_l", "_r"))
    both = both[both["customer_id_l"] < both["customer_id_r"]]
    return both.set_index(["customer_id_l", "customer_id_r"])["group"]


def test_automatic_merges_on_the_simulated_shop(shop: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Pairs of records that end up as one person, Korean names apart; people of one home share telephones."""
    customers, truth = shop
    merged = _pairs(resolve(customers).links.set_index("customer_id")["person_id"]).index
    true = _pairs(truth["person"]).index
    written = truth["written"]
    kinds = {"all": set(written), "hangul": {"hangul"}, "romanised": {"romanised", "hangul"}, "latin": {"latin"}}

    def of_kind(pairs: pd.MultiIndex, kind: str) -> set[tuple[str, str]]:
        mine = {pair: {written[pair[0]], written[pair[1]]} for pair in pairs}
        inside = {pair for pair, found in mine.items() if found <= kinds[kind]}
        return inside if kind != "romanised" else {pair for pair in inside if "romanised" in mine[pair]}

    for kind in kinds:
        found, wanted = of_kind(merged, kind), of_kind(true, kind)
        assert len(wanted) > 80, kind
        assert len(found & wanted) / len(found) >= 0.99, kind
        assert len(found & wanted) / len(wanted) >= 0.80, kind


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


def test_what_people_decide_goes_before_the_model(shop: tuple[pd.DataFrame, pd.DataFrame]) -> None:
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


def test_taking_a_decision_back_restores_what_was(shop: tuple[pd.DataFrame, pd.DataFrame]) -> None:
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


def test_evidence_is_in_bits(shop: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    pairs = score_pairs(standardised(shop[0]), at_least=0.5)
    assert pairs["probability"].is_monotonic_decreasing
    known = shop[0].set_index("customer_id")
    born = [known["birth_date"].reindex(pairs[side]).to_numpy() for side in ("customer_id_l", "customer_id_r")]
    assert (pairs.loc[pd.isna(born[0]) | pd.isna(born[1]), "birth"] == 0).all(), "what is not known says nothing"
    assert (pairs.loc[born[0] == born[1], "birth"] > 0).all()
    certain = pairs[pairs["probability"] > 0.9999]
    assert (certain[["name", "email", "phone", "birth", "address", "house", "postcode"]].sum(axis=1) > 10).all()


def test_two_people_of_one_home_are_not_merged_without_asking() -> None:
    home = pd.DataFrame(
        [
            ("p", "서현숙", None, "010-8120-9356", "대구 수성구 무지개로 33 29364", None),
            (
                "q",
                "Sofia Marin",
                "sofia@shop.example",
                "010 8120 9356",
                "대구광역시 수성구 무지개로33 29364",
                "1976-05-04",
            ),
            ("r", "서현숙", None, "+82 10-8120-9356", None, None),
        ],
        columns=CARDS.columns,
    )
    many = pd.concat([home, CARDS], ignore_index=True)
    pairs = score_pairs(standardised(many), at_least=0.0).set_index(["customer_id_l", "customer_id_r"])
    assert not pairs.loc[("p", "q"), "alone"]
    assert pairs.loc[("p", "r"), "alone"]
    assert not any({"p", "q"} <= group for group in _groups(resolve(many).links))


def test_numbered_values_are_alike_and_no_person() -> None:
    numbered = pd.DataFrame(
        [
            (f"C{n}", f"Zebulon Quuxwell{n:04}", f"zq{n:04}@shop.example", f"010-7777-{n:04}", f"{n:04} Lane", None)
            for n in range(300)
        ],
        columns=CARDS.columns,
    )
    found = resolve(numbered)
    assert (found.links["records"] == 1).all()
    assert len(found.review) < 10


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

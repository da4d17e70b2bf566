"""The records of the simulated shop agree with each other, and are as hard to read as those of a real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_analysis.datasets.simulated import Simulation, simulate
from crm_analysis.datasets.simulated.behaviour import COMPETITOR_REGIONS, COMPETITOR_WEEK
from crm_analysis.datasets.simulated.catalogue import NO_COST
from crm_analysis.datasets.simulated.state import BECAUSE
from crm_analysis.datasets.simulated.texts import HELD_OUT, TOPICS, WORDINGS, write_text

from .simulated_tables import table_of as _table
from .simulated_tables import truth_of as _truth

PEOPLE = 4_000


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records") / "default"
    simulate(folder, Simulation(customers=PEOPLE))
    return folder


def test_what_is_sold_out_is_not_sold(shop: Path) -> None:
    prices = _table(shop, "product_prices")
    gone = prices[~prices["available"]]
    assert 0.01 < len(gone) / len(prices) < 0.05
    lines = _table(shop, "order_lines")
    sold = lines[lines["quantity"] > 0].merge(gone, on="product_id")
    day = sold["ordered_at"].dt.date
    inside = (day >= sold["valid_from"]) & (day <= sold["valid_to"]) & (sold["unit_price"] == sold["price"])
    back = lines[lines["quantity"] < 0]["order_id"]  # corrections are entered again some days later
    assert not (inside & ~sold["order_id"].isin(back)).any()


def test_a_pick_up_is_one_in_both_tables(shop: Path) -> None:
    lines = _table(shop, "order_lines").drop_duplicates("order_id").set_index("order_id")["fulfilment"]
    sent = _table(shop, "deliveries").set_index("order_id")
    assert (lines.reindex(sent.index) == sent["fulfilment"]).all()
    assert 0.15 < (sent["fulfilment"] == "pickup").mean() < 0.25
    late = (sent["delivered_at"] - sent["promised_at"]).dt.days > 0
    assert not late[sent["fulfilment"] == "pickup"].any()


def test_points_are_never_spent_before_they_are_there(shop: Path) -> None:
    ledger = _table(shop, "loyalty_ledger").reset_index(drop=True)
    held = ledger.groupby("customer_id")["points"].cumsum()
    assert (held >= 0).all()
    spent = ledger[ledger["reason"] == "redemption"]
    assert len(spent) > 100
    assert (spent["points"] % 1_000 == 0).all()
    assert ledger["booked_at"].groupby(ledger["customer_id"]).is_monotonic_increasing.all()
    earned = ledger[ledger["points"] > 0].groupby("customer_id")["points"].sum()
    last = ledger.drop_duplicates("customer_id", keep="last").set_index("customer_id")["tier"]
    assert set(last) == {"basic", "silver", "gold"}
    assert earned[last == "gold"].min() >= 12_000 > earned[last == "silver"].max()


def test_campaigns_cost_what_their_contacts_cost(shop: Path) -> None:
    told = _table(shop, "contacts").groupby("campaign_id")["cost"].sum()
    booked = _table(shop, "campaigns").set_index("campaign_id")["cost"]
    assert (booked > 0).all()
    pd.testing.assert_series_equal(booked.sort_index(), told.sort_index(), check_names=False)


def test_nobody_is_contacted_without_consent(shop: Path) -> None:
    """The latest word of a person counts, whichever account it came from."""
    person = _truth(shop, "accounts").drop_duplicates("customer_id").set_index("customer_id")["person"]
    said = _table(shop, "consents").assign(person=lambda t: t["customer_id"].map(person)).sort_values("changed_at")
    sent = _table(shop, "contacts")
    sent = sent[(sent["direction"] == "out") & sent["purpose"].isin(["sales", "newsletter"])]
    sent = sent[sent["channel"] != "sales_visit"].assign(person=lambda t: t["customer_id"].map(person))
    joined = pd.merge_asof(
        sent.sort_values("contacted_at"), said[["person", "channel", "granted", "changed_at"]],
        left_on="contacted_at", right_on="changed_at", by=["person", "channel"],
    )  # fmt: skip
    assert len(joined) > 10_000
    assert joined["granted"].eq(True).all()
    gone = sent[sent["outcome"] == "opted out"].merge(said[said["basis"] == "reply"], on=["person", "channel"])
    assert set(gone["person"]) == set(sent.loc[sent["outcome"] == "opted out", "person"])


def test_accounts_of_one_person_differ_and_those_of_two_are_alike(shop: Path) -> None:
    known = _table(shop, "customers").merge(_truth(shop, "accounts"), on="customer_id")
    store, web = (
        known[known["customer_id"].str.fullmatch("S[0-9]+")],
        known[known["customer_id"].str.fullmatch("W[0-9]+")],
    )
    both = store.merge(web, on="person", suffixes=("", "_web"))
    for column, low, high in (("email", 0.10, 0.45), ("phone", 0.5, 0.95), ("address", 0.5, 1.0), ("name", 0.05, 0.3)):
        told = both[[column, f"{column}_web"]].dropna()
        assert low < (told[column] != told[f"{column}_web"]).mean() < high, column
    written = known["written"].value_counts(normalize=True)
    assert 0.02 < written["romanised"] < 0.15
    assert written["hangul"] > 0.6
    assert known.loc[known["written"] == "romanised", "name"].str.contains("[A-Za-z]").all()
    digits = known["phone"].str.replace(r"\D", "", regex=True).str[-8:]
    shared = known.assign(digits=digits).dropna(subset="digits").groupby("digits")["person"].nunique()
    assert (shared > 1).sum() > 10, "people of one home share a telephone"
    namesakes = known.drop_duplicates("person").groupby("name").size()
    assert (namesakes > 1).sum() > 50


def test_somebody_has_registered_and_not_bought_yet(shop: Path) -> None:
    known = set(_table(shop, "customers")["customer_id"])
    assert len(known - set(_table(shop, "order_lines")["customer_id"])) > 30
    people = _truth(shop, "people")
    later = people[people["first_week"] >= 156]
    assert len(later) > 5
    accounts = _truth(shop, "accounts")
    theirs = accounts[accounts["person"].isin(later["person"])]["customer_id"]
    assert not set(theirs) & set(_table(shop, "order_lines")["customer_id"])


def test_the_truth_says_why_somebody_left(shop: Path) -> None:
    people = _truth(shop, "people")
    gone = people["left_week"] >= 0
    assert people.loc[gone, "left_because"].isin(BECAUSE).all()
    assert people.loc[~gone, "left_because"].isna().all()
    near = people[people["left_because"] == "competitor_nearby"]
    assert len(near) > 20
    assert (near["region"] < COMPETITOR_REGIONS).all()
    assert (near["left_week"] >= COMPETITOR_WEEK).all()
    assert people.loc[people["left_because"] == "tried once", "tries_once"].all()
    assert not people["left_because"].isin(["store_visits", "newsletter_opens"]).any(), "decoys drive nobody away"


def test_the_books_do_not_know_all_costs(shop: Path) -> None:
    truth = _truth(shop, "products").set_index("product_id")
    booked = _table(shop, "products").set_index("product_id")["unit_cost"]
    assert booked.isna().mean() == pytest.approx(NO_COST, abs=0.06)
    assert (truth["unit_cost"] > booked.fillna(0)).all()
    lines = _table(shop, "order_lines").drop_duplicates("product_id").set_index("product_id")["unit_cost"]
    pd.testing.assert_series_equal(lines.sort_index(), booked.reindex(lines.sort_index().index), check_names=False)


@pytest.mark.parametrize("korean", [True, False])
def test_kept_wordings_are_marked_and_share_no_word_with_the_others(shop: Path, korean: bool) -> None:
    said = _truth(shop, "feedback")
    assert 0.4 < said["kept_wording"].mean() < 0.6
    for topic in TOPICS:
        for good in (True, False):
            texts = [write_text(topic, good=good, korean=korean, variant=v) for v in range(WORDINGS)]
            assert len(set(texts)) == WORDINGS
            kept = {word for v in HELD_OUT for word in texts[v].lower().strip(".").split() if len(word) > 3}
            shown = {word for v in set(range(WORDINGS)) - set(HELD_OUT) for word in texts[v].lower().strip(".").split()}
            common = {
                word for word in kept & shown if word not in {"what", "them", "they", "with", "from", "this", "when"}
            }
            assert not common, (topic, good, common)


def test_newsletters_change_nothing(shop: Path) -> None:
    """Those who open many leave as often as those who open few: a decoy."""
    people = _truth(shop, "people")
    often = people["opens"] > people["opens"].median()
    gone = people["left_week"] >= 0
    error = np.sqrt(gone.mean() * (1 - gone.mean()) * 4 / len(people))
    assert abs(gone[often].mean() - gone[~often].mean()) < 4 * error

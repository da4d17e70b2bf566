"""Step 4 in words: offers for all, for some or for nobody."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from crm_analysis.narrative import offers as words


def _decisions(*offers: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(len(offers))],
            "segment": "at_risk",
            "offer": pd.Series(offers, dtype="str"),
            "kind": ["none" if o == "none" else "money" for o in offers],
            "channel": "email",
            "cost": [0.0 if o == "none" else 50.0 for o in offers],
            "reason": ["nothing_pays" if o == "none" else "best_net" for o in offers],
        }
    )


SOME = ("coupon_10",) * 3 + ("message_only",) * 2 + ("none",) * 4


@pytest.mark.parametrize("offers", [(), ("none", "none")])
def test_nothing_pays(offers: tuple[str, ...]) -> None:
    text = words.answer(_decisions(*offers), "USD")
    assert "Nobody gets a contact" in text
    assert "$" not in text


def test_some_get_a_contact() -> None:
    text = words.answer(_decisions(*SOME), "USD")
    assert text.startswith("5 of 9 customers get a contact, 3 of them with an offer, for $250")
    assert "Left alone: 4 (no offer pays)" in text


def test_everyone_gets_a_contact() -> None:
    text = words.answer(_decisions("coupon_10", "coupon_10", "message_only"), "USD")
    assert text.startswith("All 3 customers get a contact, 2 of them with an offer, for $150")
    assert "left alone" not in text


def test_a_message_is_a_contact_without_an_offer() -> None:
    assert "0 of them with an offer" in words.answer(_decisions("message_only", "none"), "USD")


def test_names_of_offers_and_kinds() -> None:
    assert words.offer_label("coupon_10") == "10 % coupon"
    assert words.offer_label("Spring sale") == "Spring sale"
    assert words.kind_label("status") == "status"
    assert words.kind_label("gift") == "gift"


def test_whose_catalogue_it_is() -> None:
    own = words.catalogue_sentence(starter=False, offers_known=7)
    unpriced = words.catalogue_sentence(starter=True, offers_known=7)
    nothing = words.catalogue_sentence(starter=True, offers_known=0)
    assert "those of your settings" in own
    assert "starter" not in own
    assert "(7 rows) is not used yet" in unpriced
    assert "No offers are given" in nothing
    assert "No offers are given" not in unpriced


@pytest.mark.parametrize(("gap", "share"), [(0.0, "0.00 %"), (0.0123, "1.23 %"), (0.2, "20.00 %")])
def test_gap_to_the_best_choice(gap: float, share: str) -> None:
    assert f"more than {share} more" in words.gap_sentence(gap)


def test_curve_title_names_the_recommended_sum() -> None:
    assert "Beyond $500," in words.curve_words(500.0, "USD")["title"]
    said = words.curve_words(2_000_000.0, "KRW")
    assert "Beyond ₩2M," in said["title"]
    assert "KRW" in said["subtitle"]


def test_offer_rows_largest_group_first() -> None:
    rows, heads = words.offer_rows(_decisions("coupon_10", *["message_only"] * 2, "none"), "USD")
    assert rows[0] == ["At risk", "Message without an offer", "money", "E-mail", "2", "$100.00"]
    assert rows[1][1:] == ["10 % coupon", "money", "E-mail", "1", "$50.00"]
    assert len(rows) == 2
    assert len(heads) == len(rows[0])
    assert words.offer_rows(_decisions("none"), "USD")[0] == []


def test_from_before_counts_chosen_strategies_only() -> None:
    strategies = pd.DataFrame({"chosen": [True, True, False], "customers": [1000, 234, 99]})
    assert "2 segments with 1,234 customers" in words.from_before(strategies)
    assert "0 segments with 0 customers" in words.from_before(strategies.assign(chosen=False))
    assert "no offer pays" in words.none_pays()


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.answer(_decisions(*SOME), "USD"), "250"),
        (lambda: words.answer(_decisions("coupon_10", "coupon_10", "message_only"), "USD"), "150"),
        (lambda: words.catalogue_sentence(starter=True, offers_known=17), "17"),
        (lambda: words.gap_sentence(0.0123), "1.23"),
        (lambda: words.curve_words(500.0, "USD")["title"], "500"),
        (lambda: words.from_before(pd.DataFrame({"chosen": [True], "customers": [1234]})), "1,234"),
        (lambda: words.offer_label("coupon_10"), "10"),
    ],
)
def test_korean(sentence: Callable[[], str], number: str, check_korean: Callable[..., None]) -> None:
    check_korean(sentence, number)

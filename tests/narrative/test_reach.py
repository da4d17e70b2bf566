"""Who is one person, and where customers are met: sentences say what the tables say."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from crm_analysis.features import SEVERAL
from crm_analysis.messages import language
from crm_analysis.narrative import reach as words

Check = Callable[[Callable[[], str], str], None]


def _counts(accounts: int, customers: int, several: int) -> pd.DataFrame:
    return pd.DataFrame([{"accounts": accounts, "customers": customers, "several": several, "waiting": 0}])


def test_accounts_and_people(check_korean: Check) -> None:
    check_korean(lambda: words.identity_sentence(_counts(1234, 1200, 30)), "1,200")
    check_korean(lambda: words.identity_sentence(_counts(50, 50, 0)), "50")
    assert "no table of customers" in words.identity_sentence(_counts(0, 0, 0))


def test_pairs_that_wait_name_what_speaks_for_and_against() -> None:
    evidence = {"name": 7.1, "email": 0.0, "phone": 9.0, "birth": -3.6, "address": 0.0, "house": 0.0, "postcode": 0.0}
    pairs = pd.DataFrame(
        [
            {"customer_id_l": "a", "customer_id_r": "b", "probability": 0.6, **evidence},
            {"customer_id_l": "c", "customer_id_r": "d", "probability": 0.9, **evidence},
        ]
    )
    rows, heads = words.review_rows(pairs)
    assert [row[:2] for row in rows] == [["c", "d"], ["a", "b"]], "the most probable first"
    assert rows[0][3:] == ["name, telephone", "day of birth"]
    assert list(heads.values()).count("right") == 1
    with language("ko"):
        assert words.review_rows(pairs)[0][0][3:] == ["이름, 전화번호", "생년월일"]
    assert words.review_rows(None)[0] == []


def test_customers_of_several_channels(check_korean: Check) -> None:
    reach = pd.DataFrame(
        [("web", 60, 80, 600.0), (SEVERAL, 40, 200, 4_000.0)], columns=["reach", "customers", "orders", "revenue"]
    )
    check_korean(lambda: words.channel_sentence(reach, "EUR"), "40")
    said = words.channel_sentence(reach, "EUR")
    assert "€100" in said
    assert "€10" in said.replace("€100", "")
    assert words.channel_sentence(reach.head(1), "EUR") == "", "one channel has nothing to compare"
    rows, _heads = words.channel_rows(reach, "EUR")
    assert rows[1][0] == "Several channels"


def test_prospects_who_are_customers(check_korean: Check) -> None:
    reach = pd.DataFrame(
        [("PA1", 200, 30, 900.0, 120, 100), ("", 1, 0, 0.0, 0, 0)],
        columns=["origin", "prospects", "known", "revenue", "with_basis", "open"],
    )
    check_korean(lambda: words.prospect_sentence(reach), "30")
    assert "100 others have a stated basis" in words.prospect_sentence(reach)
    assert "ask nobody before it is known" in words.prospect_sentence(reach.assign(with_basis=0, open=0))
    rows, _heads = words.prospect_rows(reach, "EUR")
    assert rows[1][0] == "not stated"
    assert words.prospect_sentence(reach.head(0)) == ""


def test_customers_of_partners(check_korean: Check) -> None:
    partners = pd.DataFrame({"partner": ["Blue club"], "customers": [8], "revenue": [80.0], "agreed": [2]})
    rows, heads = words.partner_rows(partners, "EUR")
    assert rows[0][0] == "Blue club"
    assert rows[0][-1] == "25.0 %"
    assert len(rows[0]) == len(heads)
    assert words.partner_rows(partners, "EUR", consent_known=False)[0][0][-1] == "not known", "not 0 %"
    check_korean(lambda: words.no_partners(), "partners")


def test_what_allows_a_contact(check_korean: Check) -> None:
    bases = pd.DataFrame(
        [
            ("Blue club", "customers", "", 300, 0),
            ("Blue club", "prospects", "contract", 120, 100),
            ("", "prospects", "", 7, 0),
        ],
        columns=["origin", "who", "basis", "people", "open"],
    )
    said = words.basis_sentence(bases, consent_known=True)
    assert "stated for 120 of 427 prospects and customers" in said
    assert "100 of all may be asked" in said
    assert "consents" not in said
    assert "could not be checked: the table consents is missing" in words.basis_sentence(bases, consent_known=False)
    prospects = bases[bases["who"] == "prospects"]
    assert "consents" not in words.basis_sentence(prospects, consent_known=False), "it is about customers"
    assert words.basis_sentence(bases.head(0), consent_known=False) == ""
    check_korean(lambda: words.basis_sentence(bases, consent_known=True), "427")
    with language("ko"):
        assert "consents 테이블이 없습니다" in words.basis_sentence(bases, consent_known=False)
    rows, heads = words.basis_rows(bases)
    assert rows == [
        ["Blue club", "Customers", "not stated", "300", "0"],
        ["Blue club", "Prospects", "contract", "120", "100"],
        ["not stated", "Prospects", "not stated", "7", "0"],
    ]
    assert len(heads) == len(rows[0])
    with language("ko"):
        assert words.basis_rows(bases)[0][1][:3] == ["Blue club", "잠재 고객", "contract"]
    check_korean(lambda: words.no_bases(), "")

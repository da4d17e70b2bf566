"""Step 6 in words: who is contacted, who is held back, and whether consent was checked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from crm_analysis.decisions import calendar, exclusions
from crm_analysis.messages import language
from crm_analysis.narrative import communication as words


def _plan(*arms: str, channel: str = "email", start: str = "2024-07-01") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [f"{channel}{i}" for i in range(len(arms))],
            "segment": "at_risk",
            "strategy": "retain",
            "offer": "coupon_10",
            "channel": channel,
            "planned_on": pd.date_range(start, periods=len(arms), freq="D"),
            "arm": pd.Series(arms, dtype="str"),
        }
    )


def _offers(*offers: str) -> pd.DataFrame:
    reasons = ["nothing_pays" if offer == "none" else "best_net" for offer in offers]
    return pd.DataFrame({"offer": pd.Series(offers, dtype="str"), "reason": reasons})


MIXED = _plan("control", "contact", "contact", "contact", "holdout", "holdout", "control", "control")


def test_answer_counts_the_contacted_and_the_held_back() -> None:
    text = words.answer(MIXED, _offers("coupon_10"))
    assert text.startswith("3 customers are planned for a contact from 2 Jul 2024; 5 are held back")
    assert "1 customers" not in text
    everyone = words.answer(_plan("contact", "contact", start="2024-08-05"), _offers("coupon_10"))
    assert everyone.startswith("2 customers are planned for a contact from 5 Aug 2024; 0 are held back")


def test_nobody_is_contacted() -> None:
    text = words.answer(_plan(), _offers("coupon_10"))
    assert "Nobody is contacted this round" in text
    assert "Nobody" in words.nobody()


def test_consent_checked_or_not() -> None:
    left_out = pd.DataFrame({"reason": ["no_consent", "opted_out", "contacted"], "customers": [-1_200, -30, 5]})
    checked = words.consent_sentence(left_out, ["service", " Advertising"])
    assert "Only customers with a valid consent" in checked
    assert "1,200 who never agreed, 30 who refused" in checked
    unchecked = words.consent_sentence(left_out.iloc[2:], None)
    assert "Consent is not checked" in unchecked
    assert "Nothing of it may be sent" in unchecked
    other = words.consent_sentence(left_out, ["service", "night"])
    assert "purposes found: service, night" in other
    assert "no row that can be used, so nobody may be contacted" in words.consent_sentence(left_out, [])
    with language("ko"):
        assert "쓸 수 있는 행이 없어" in words.consent_sentence(left_out, [])


def test_nobody_agreed() -> None:
    assert "has agreed to it" in words.answer(_plan(), _offers("coupon_10"))
    assert "no action would pay" in words.answer(_plan(), _offers("none"))


def test_control_groups_are_counted_apart() -> None:
    mixed = words.control_sentence(MIXED)
    assert "3 customers were drawn into the control groups" in mixed
    assert "2 into the lasting control group" in mixed
    none = words.control_sentence(_plan("contact"))
    assert "0 customers were drawn" in none
    assert "0 into the lasting" in none


def test_calendar_title_names_the_fullest_cell() -> None:
    mail, calls = _plan(*["contact"] * 4, "control"), _plan("contact", channel="phone", start="2024-07-08")
    few_calls = words.calendar_words(calendar(pd.concat([mail, calls])), 2)
    assert "E-mail in the week of 1 Jul 2024 with 4 contacts" in few_calls["title"]
    assert "at most 2 in any 30 days" in few_calls["caption"]
    many = _plan(*["contact"] * 6, channel="phone", start="2024-07-08")
    more_calls = words.calendar_words(calendar(pd.concat([mail, many])), 5)
    assert "Phone in the week of 8 Jul 2024 with 6 contacts" in more_calls["title"]
    assert "at most 5" in more_calls["caption"]
    assert words.calendar_words(calendar(_plan("control")), 2)["title"] == ""


@pytest.mark.parametrize(
    ("offers", "arms", "title"),
    [
        (("coupon_10", "coupon_10", "none"), ("contact", "control"), "1 of 3 customers are contacted"),
        (("coupon_10", "coupon_10", "none", "none"), ("contact", "contact"), "2 of 4 customers are contacted"),
        (("none", "none"), (), "0 of 2 customers are contacted"),
    ],
)
def test_exclusion_title(offers: tuple[str, ...], arms: tuple[str, ...], title: str) -> None:
    assert words.exclusion_words(exclusions(_offers(*offers), _plan(*arms)))["title"] == title


def test_plan_rows_largest_action_first_with_its_owner() -> None:
    plan = pd.concat([_plan("contact", "holdout", channel="phone"), MIXED])
    rows, heads = words.plan_rows(plan, {"phone": "sales"})
    name = "Keep them from leaving: At risk"
    assert rows[0] == [name, "10 % coupon", "E-mail", "3", "5", "1 to 8 Jul 2024", "Marketing"]
    assert rows[1] == [name, "10 % coupon", "Phone", "1", "1", "1 to 2 Jul 2024", "Sales team"]
    assert len(heads) == len(rows[0])


def test_from_before_counts_customers_with_an_action() -> None:
    assert "2 customers with an action" in words.from_before(_offers("coupon_10", "none", "message_only"))
    assert "0 customers with an action" in words.from_before(_offers("none"))


def test_first_and_last_day_of_the_plan() -> None:
    assert words.dates(MIXED) == {"starts_on": date(2024, 7, 1), "ends_on": date(2024, 7, 8)}
    assert words.dates(_plan()) == {}


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (lambda: words.answer(_plan(*["contact"] * 17, "control"), _offers("coupon_10")), "17"),
        (lambda: words.control_sentence(_plan(*["control"] * 17)), "17"),
        (lambda: words.calendar_words(calendar(_plan(*["contact"] * 6)), 2)["title"], "6"),
        (lambda: words.calendar_words(calendar(MIXED), 17)["caption"], "17"),
        (lambda: words.exclusion_words(exclusions(_offers(*["coupon_10"] * 17), _plan("contact")))["title"], "17"),
        (lambda: words.from_before(_offers(*["coupon_10"] * 17)), "17"),
    ],
)
def test_korean(sentence: Callable[[], str], number: str, check_korean: Callable[..., None]) -> None:
    check_korean(sentence, number)

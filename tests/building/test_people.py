"""Accounts of one person are one customer in every table, and two again when somebody says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_analysis.commands import people as command
from crm_analysis.errors import ConfigError
from crm_analysis.features import advertising_consents
from crm_analysis.identity import current_decisions, record_decision
from crm_analysis.project import Project
from crm_analysis.warehouse import Engine, collect

from .conftest import Shop

LINES = [
    "a1,2024-01-05,o1,p1,1,10.00",
    "b7,2024-01-20,o2,p1,1,20.00",
    "a2,2024-02-01,o3,p1,1,5.00",
    "z9,2024-02-03,o4,p1,1,7.00",
]
PEOPLE = """\
customer_id,name,email,phone,address,birth_date,joined_at,acquisition_source,referrer_id
b7,홍길동,hong@shop.example,010-1234-5678,,1981-12-07,2021-05-01,web,a2
a1,홍길동,HONG@shop.example,01012345678,가로수길 12,1981-12-07,2020-01-01,friend,
a2,김민수,kim@shop.example,010-9999-0000,은행로 3,1990-01-01,2022-01-01,web,b7
a3,서현숙,seo@shop.example,010-8888-1111,은행로 9,1970-01-01,2022-01-02,web,
"""
CONSENTS = """\
customer_id,channel,purpose,granted,changed_at
a1,email,advertising,true,2023-01-01 10:00
b7,email,advertising,false,2023-06-01 10:00
"""
PROSPECTS = """\
prospect_id,name,email,phone,partner_id
a1,Nora Lund,nora@shop.example,010-7777-0000,PA1
n2,김민수,kim@shop.example,010-9999-0000,PA1
"""


def _filled(shop: Shop) -> Shop:
    shop.put("lines.csv", LINES)
    extra = {"customers": PEOPLE, "consents": CONSENTS, "prospects": PROSPECTS}
    for name, text in extra.items():
        (shop.root / f"{name}.csv").write_text(text, encoding="utf-8")
    toml = shop.root / "crm.toml"
    sources = "".join(f'[sources.{name}]\npath = "{name}.csv"\n' for name in extra)
    toml.write_text(toml.read_text(encoding="utf-8") + "\n" + sources, encoding="utf-8")
    return shop


def _frames(project: Project, *tables: str) -> dict[str, pd.DataFrame]:
    found = {}
    for name in tables:
        frame = collect(project.table(name)).drop(columns=["load_id", "known_from"], errors="ignore")
        found[name] = frame.sort_values(list(frame.columns), ignore_index=True)
    return found


TABLES = ("order_lines", "customers", "customer_accounts", "consents", "prospects", "accounts")


@pytest.fixture
def people(shop: Shop) -> Shop:
    return _filled(shop)


def test_one_person_is_one_customer_in_every_table(tmp_path: Path, engine: Engine) -> None:
    project = _filled(Shop(tmp_path, engine)).open()
    ledger = project.build().cleaning_ledger
    found = _frames(project, *TABLES)
    assert found["order_lines"].set_index("order_id")["customer_id"].to_dict() == {
        "o1": "a1", "o2": "a1", "o3": "a2", "o4": "z9",
    }  # fmt: skip
    assert set(found["customers"]["customer_id"]) == {"a1", "a2", "a3"}
    assert set(found["customer_accounts"]["account_id"]) == {"a1", "a2", "a3", "b7"}
    assert set(found["consents"]["customer_id"]) == {"a1"}
    assert found["customers"].set_index("customer_id")["referrer_id"]["a2"] == "a1", "who recommended is one person too"
    mine = ledger[ledger["table"] == "customers"].set_index("rule")["rows"]
    assert (mine["kept"], mine["same_person"]) == (4, 1)


AGREED, REFUSED = "b7,email,advertising,true,{at}", "a1,email,advertising,false,{at}"
CONSENT_HEAD = "customer_id,channel,purpose,granted,changed_at"


@pytest.mark.parametrize(
    ("files", "allowed"),
    [
        ([REFUSED.format(at="2023-06-01"), AGREED.format(at="2023-06-01")], False),
        ([AGREED.format(at="2023-06-01"), REFUSED.format(at="2023-06-01")], False),
        ([REFUSED.format(at="2023-06-01"), AGREED.format(at="2023-06-02")], True),
        ([AGREED.format(at="2023-06-01"), REFUSED.format(at="2023-06-02")], False),
        ([f"{REFUSED}\n{AGREED}".format(at="2023-06-01")], False),
    ],
)
def test_the_last_word_of_all_accounts_of_a_person_counts_and_at_one_time_the_refusal(
    shop: Shop, files: list[str], allowed: bool
) -> None:
    """Also where the agreement stands in the newer file."""
    _filled(shop)
    (shop.root / "said").mkdir()
    for number, row in enumerate(files):
        shop.put(f"{number}.csv", [row], CONSENT_HEAD, "said")
    toml = shop.root / "crm.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"consents.csv"', '"said/*"'), encoding="utf-8")
    project = shop.open()
    project.build()
    found = advertising_consents(project.table("consents"), date(2024, 1, 1))
    assert found[["customer_id", "channel", "granted"]].to_numpy().tolist() == [["a1", "email", allowed]]


def test_what_a_customer_is_called_is_the_last_word_and_since_when_the_first(people: Shop) -> None:
    project = people.open()
    project.build()
    one = collect(project.table("customers")).set_index("customer_id").loc["a1"]
    assert one["email"] == "hong@shop.example", "of the account that joined last"
    assert one["address"] == "가로수길 12", "which says nothing about the address"
    assert (str(one["joined_at"])[:10], one["acquisition_source"]) == ("2020-01-01", "friend")


def test_merge_then_undo_is_as_before_and_the_other_way_round(people: Shop) -> None:
    project = people.open()
    project.build()
    merged = _frames(project, *TABLES)
    record_decision(project.warehouse, "b7", "a1", "different", "father and son")
    assert project.build().changed
    apart = _frames(project, *TABLES)
    assert set(apart["order_lines"]["customer_id"]) == {"a1", "b7", "a2", "z9"}
    assert set(apart["customers"]["customer_id"]) == {"a1", "a2", "a3", "b7"}
    record_decision(project.warehouse, "a1", "b7", "undone")
    project.build()
    for name, frame in _frames(project, *TABLES).items():
        pd.testing.assert_frame_equal(frame, merged[name], obj=name)
    record_decision(project.warehouse, "a2", "a3", "same")
    project.build()
    assert set(collect(project.table("customers"))["customer_id"]) == {"a1", "a2"}
    record_decision(project.warehouse, "a3", "a2", "undone")
    project.build()
    for name, frame in _frames(project, *TABLES).items():
        pd.testing.assert_frame_equal(frame, merged[name], obj=name)
    assert not project.build().changed
    assert current_decisions(project.warehouse).empty
    told = collect(project.table("identity_decisions")).sort_values("at")
    assert list(told["decision"]) == ["different", "undone", "same", "undone"], "nothing is forgotten"


QUICK = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
PAIRS = st.sampled_from([("a1", "b7"), ("a1", "a2"), ("a2", "a3"), ("a3", "b7"), ("a1", "a3"), ("a2", "b7")])
DECIDED = st.lists(st.tuples(PAIRS, st.sampled_from(["same", "different"]), st.booleans()), min_size=1, max_size=5)


@pytest.mark.slow
@QUICK
@given(decided=DECIDED)
def test_whatever_was_decided_and_undone_is_as_before(
    make_shop: Callable[[], Shop], decided: list[tuple[tuple[str, str], str, bool]]
) -> None:
    """Every decision taken back, in whatever order and with builds in between, leaves the tables as they were."""
    project = _filled(make_shop()).open()
    project.build()
    before = _frames(project, *TABLES)
    for (one, other), decision, is_built in decided:
        record_decision(project.warehouse, one, other, decision)
        if is_built:
            project.build()
            together = _frames(project, *TABLES)
            assert len(together["customer_accounts"]) == len(before["customer_accounts"])
            assert together["order_lines"]["amount"].sum() == before["order_lines"]["amount"].sum()
            people_now = together["accounts"].set_index("account_id")["customer_id"]
            assert (people_now[one] == people_now[other]) == (decision == "same") or decision == "same"
    for one, other in {pair for pair, _decision, _built in decided}:
        record_decision(project.warehouse, one, other, "undone")
    project.build()
    for name, frame in _frames(project, *TABLES).items():
        pd.testing.assert_frame_equal(frame, before[name], obj=name)


@pytest.mark.slow
@QUICK
@given(order=st.permutations(["lines.csv", "customers/1.csv", "customers/2.csv", "consents/1.csv"]), data=st.data())
def test_people_are_the_same_in_whatever_order_their_files_come(
    make_shop: Callable[[], Shop], order: list[str], data: st.DataObject
) -> None:
    head, *rows = PEOPLE.splitlines()
    cut = data.draw(st.integers(1, len(rows) - 1))
    texts = {
        "lines.csv": "\n".join(["customer_id,date,order_id,product_id,quantity,amount", *LINES, ""]),
        "customers/1.csv": "\n".join([head, *rows[:cut], ""]),
        "customers/2.csv": "\n".join([head, *rows[cut:], ""]),
        "consents/1.csv": CONSENTS,
    }
    found = []
    for names in (list(texts), order):
        shop = make_shop()
        known: list[str] = []
        for place, name in enumerate(names):
            file = shop.root / ("lines/lines.csv" if name == "lines.csv" else name)
            file.parent.mkdir(exist_ok=True)
            file.write_text(texts[name], encoding="utf-8")
            shop.date(file, minute=list(texts).index(name))
            if name != "lines.csv" and name.split("/")[0] not in known:
                known.append(name.split("/")[0])
                with (shop.root / "crm.toml").open("a", encoding="utf-8") as toml:
                    toml.write(f'[sources.{known[-1]}]\npath = "{known[-1]}/*"\n')
            if (shop.root / "lines/lines.csv").is_file() and (names is order or place == len(names) - 1):
                shop.open().build()
        found.append(_frames(shop.open(), *[name for name in TABLES if name != "prospects"]))
    for name, frame in found[0].items():
        pd.testing.assert_frame_equal(found[1][name], frame, obj=name)


def test_accounts_are_compared_once(people: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    project = people.open()
    project.build()
    people.put("more.csv", ["b7,2024-03-01,o5,p1,1,9.00"])
    monkeypatch.setattr("crm_analysis.building.people.resolve", None)
    monkeypatch.setattr("crm_analysis.building.people.match_lists", None)
    assert project.build().changed
    lines = collect(project.table("order_lines")).set_index("order_id")["customer_id"]
    assert lines["o5"] == "a1"


def test_prospects_who_are_customers_are_known_as_them(people: Shop) -> None:
    project = people.open()
    project.build()
    known = collect(project.table("prospects")).set_index("prospect_id")["known_as"]
    assert known["n2"] == "a2"
    assert pd.isna(known["a1"]), "a prospect's number is no customer's"


def test_matching_can_be_switched_off(people: Shop) -> None:
    project = people.open(identity__match=False)
    project.build()
    assert set(collect(project.table("customers"))["customer_id"]) == {"a1", "a2", "a3", "b7"}
    assert set(collect(project.table("order_lines"))["customer_id"]) == {"a1", "b7", "a2", "z9"}


def test_without_customers_everybody_is_who_the_lines_say(shop: Shop) -> None:
    shop.put("lines.csv", LINES)
    project = shop.open()
    project.build()
    assert collect(project.table("accounts")).empty
    with pytest.raises(ConfigError, match="There is no account 'a1' in the table customers"):
        record_decision(project.warehouse, "a1", "b7", "same")


@pytest.mark.parametrize(
    ("pair", "decision", "message"),
    [
        (("a1", "a1"), "same", "'a1' is one account. Name two"),
        (("a1", "b7"), "maybe", "'maybe' is no decision about two records. Known: same, different, undone"),
        (("a1", "nobody"), "same", "There is no account 'nobody' in the table customers"),
    ],
)
def test_wrong_decisions_are_named(people: Shop, pair: tuple[str, str], decision: str, message: str) -> None:
    project = people.open()
    project.build()
    with pytest.raises(ConfigError, match=message):
        record_decision(project.warehouse, *pair, decision)


def test_the_command_shows_pairs_masked_and_keeps_decisions(people: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    toml = people.root / "crm.toml"
    lines = PEOPLE.replace("01012345678", "").replace("HONG@shop.example", "").splitlines()
    unsure = [line.replace("1981-12-07", "") if line.startswith("a1") else line for line in lines]
    (people.root / "customers.csv").write_text("\n".join([*unsure, ""]), encoding="utf-8")
    people.open().build()
    command.review(toml, {}, 20)
    shown = capsys.readouterr().out
    assert "a1  b7" in shown
    assert "홍**" in shown
    assert "hong@shop.example" not in shown
    assert "홍길동" not in shown
    command.decide_on(toml, {}, "a1", "b7", "same", "asked")
    assert "Kept" in capsys.readouterr().out
    project = people.open()
    project.build()
    assert set(collect(project.table("customers"))["customer_id"]) == {"a1", "a2", "a3"}
    command.review(toml, {}, 20)
    assert "4 accounts are 3 people" in capsys.readouterr().out

"""The card of one customer: filled from what is there, saying what fills the rest, the same by both ways."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis import open_project
from crm_analysis.card import CustomerCard, customer_card
from crm_analysis.cli import main
from crm_analysis.errors import ConfigError
from crm_analysis.messages import language, use_language
from crm_analysis.project import Project
from crm_analysis.workflow.event_table import event_sources, write_events

ORDERS = """customer_id,ordered_at,order_id,product_id,quantity,amount
c1,2024-01-01 10:00,o1,tea,1,1000
c1,2024-01-11 10:00,o2,tea,1,2000
c1,2024-01-21 10:00,o3,cup,2,3000
c1,2024-01-22 10:00,o3,cup,-1,-1500
c2,2024-02-29 10:00,o4,cup,1,3000
buyer@planted.example,2024-02-01 10:00,o5,cup,1,3000
seller@planted.example,2024-02-01 10:00,o6,cup,1,3000
"""
CONTACTS = """contact_id,customer_id,contacted_at,channel,direction,purpose,outcome,cost,handled_minutes
k1,c1,2024-01-15 09:00,phone,in,service,solved,3000,12
k2,c1,2024-02-15 09:00,email,out,sales,opened,10,
k3,c1,2024-04-15 09:00,email,out,sales,bought,10,
"""
CONSENTS = """customer_id,channel,purpose,granted,changed_at
c1,email,advertising,true,2023-05-01 00:00
c1,email,advertising,false,2024-02-20 00:00
c1,sms,advertising,false,2023-05-01 00:00
c1,sms,advertising,true,2023-06-01 00:00
"""
DELIVERIES = """order_id,customer_id,promised_at,delivered_at
o1,c1,2024-01-02 18:00,2024-01-04 09:00
o2,c1,2024-01-12 18:00,2024-01-12 09:00
o3,,2024-01-22 18:00,2024-01-23 09:00
"""
FEEDBACK = """feedback_id,customer_id,given_at,kind,score,scale_max,text,state
f1,c1,2024-01-25 09:00,complaint,1,5,Call me: 010-7777-0001,open
f2,c1,2024-01-03 09:00,complaint,2,5,late again,closed
"""
ALL = {"contacts": CONTACTS, "consents": CONSENTS, "deliveries": DELIVERIES, "feedback": FEEDBACK}


def _project(root: Path, tables: dict[str, str]) -> Project:
    settings = ['[project]\nname = "shop"\ncurrency = "KRW"']
    for name, text in {"order_lines": ORDERS, **tables}.items():
        (root / f"{name}.csv").write_text(text, encoding="utf-8")
        settings.append(f'[sources.{name}]\npath = "{name}.csv"')
    (root / "crm.toml").write_text("\n".join(settings), encoding="utf-8")
    project = open_project(root)
    project.build()
    return project


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with _project(tmp_path_factory.mktemp("full"), ALL) as project:
        yield project


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with _project(tmp_path_factory.mktemp("bare"), {}) as project:
        yield project


def _texts(card: CustomerCard) -> dict[str, str]:
    """Each part as one text."""
    return {
        part.title: "; ".join(f"{label}: {text}" if label else text for label, text in part.lines) or part.otherwise
        for part in card.parts
    }


def _run(root: Path, arm: str = "contact") -> Path:
    """Tables as a run leaves them, about c1 and somebody else."""
    tables = root / "tables"
    tables.mkdir(parents=True)
    scores = {
        "segment": "at_risk", "r_score": 2, "f_score": 4, "m_score": 4, "probability_leaving": 0.62,
        "probability_alive": 0.5, "expected_purchases": 3.4, "value": 120_000.0, "value_at_risk": 74_400.0,
        "order_profit": 600.0,
    }  # fmt: skip
    plan = {
        "action": "at_risk:retain", "segment": "at_risk", "strategy": "retain", "offer": "coupon_10",
        "channel": "email", "planned_on": pd.Timestamp("2024-03-11"), "arm": arm, "consent": "not_checked",
    }  # fmt: skip
    item = {
        "rank": 1, "item": "tea", "item_name": "Tea", "kind": "again", "reason": "bought_before", "because": "",
        "times": 2, "usual_days": 10, "since_days": 49,
    }  # fmt: skip
    for name, row in {"customer_scores": scores, "contact_plan": plan, "personal_plan": item}.items():
        frame = pd.DataFrame([{"customer_id": who, **row} for who in ("c1", "cx")])
        frame.to_parquet(tables / f"{name}.parquet", index=False)
    idle = {"offer": "none", "reason": "nothing_pays"}
    offers = pd.DataFrame(
        [{"customer_id": "c2", **idle}, {"customer_id": "c1", "offer": "coupon_10", "reason": "best_net"}]
    )
    offers.to_parquet(tables / "offer_decisions.parquet", index=False)
    (root / "notes").mkdir()
    (root / "notes" / "00_data.json").write_text(json.dumps({"facts": {"as_of": "2024-03-10"}}), encoding="utf-8")
    return tables


def test_everything_is_filled_from_tables_and_run(full: Project, tmp_path: Path) -> None:
    card = customer_card(full, "c1", tables=_run(tmp_path))
    assert card.record.as_of == date(2024, 3, 10)
    told = _texts(card)
    assert told["History"] == (
        "Orders: 3; Net sales: ₩4,500; First order: 1 Jan 2024; Last order: 21 Jan 2024; Returned: ₩1,500; "
        "Usual days between orders: 10"
    )
    assert told["Customer value"].startswith("Customer value, next 12 months: ₩120K; Value at risk: ₩74.4K")
    assert told["Stage"].startswith("Segment: At risk")
    assert told["Risk of leaving"] == (
        "Likely to leave: 62 %; The last order was 49 days ago; the usual gap is 10 days.; "
        "2 of the last 3 deliveries came after the promised day.; 1 complaint is open."
    )
    assert told["Next order"] == "By the usual gap: overdue since 31 Jan 2024; Purchases expected in 12 months: 3.4"
    assert told["Last contacts"] == (
        "15 Feb 2024: E-mail, opened, ₩10; 15 Jan 2024: Inbound call, solved, 12 min, ₩3,000"
    ), "none after the day looked back from"
    assert told["Complaints"].startswith("Complaints: 2; Open: 1; Last one: 25 Jan 2024; Solve the complaint first")
    assert told["Consent"] == (
        "E-mail: advertising: withdrawn on 20 Feb 2024; Text message: advertising: given on 1 Jun 2023"
    ), "the latest wins"
    assert told["Proposed action"] == (
        "Action: Keep them from leaving: At risk; Offer: 10 % coupon; When: 11 Mar 2024; Channel: E-mail; Consent is "
        "not checked in this plan: see the part on consent.; Product 1: Tea (bought on 2 days, usually every 10 days, "
        "last 49 days ago)"
    )
    assert told["Latest events"].startswith("20 Feb 2024: Consent withdrawn: E-mail; 15 Feb 2024: E-mail, opened, ₩10")


def test_whether_somebody_is_still_a_customer_is_never_stated(full: Project, tmp_path: Path) -> None:
    # The report holds a naive forecast to be better here: the model's probability is not known to be right.
    tables = _run(tmp_path)
    stated = _texts(customer_card(full, "c1", tables=tables))
    path = tables / "customer_scores.parquet"
    pd.read_parquet(path).assign(probability_alive=float("nan")).to_parquet(path, index=False)
    assert _texts(customer_card(full, "c1", tables=tables)) == stated
    assert "nan" not in str(stated).lower()


def test_who_is_held_back_is_not_offered_anything(full: Project, tmp_path: Path) -> None:
    action = _texts(customer_card(full, "c1", tables=_run(tmp_path, arm="control")))["Proposed action"]
    assert "Held back at random as control group: no contact" in action
    assert "coupon" not in action


def test_without_an_action_the_reason_stands_there(full: Project, tmp_path: Path) -> None:
    told = _texts(customer_card(full, "c2", tables=_run(tmp_path)))
    assert told["Proposed action"] == "No contact is planned: No offer pays."
    assert told["Customer value"].startswith("The latest report does not hold this customer")
    assert told["Next order"] == "Orders on three days are needed to see a rhythm."
    assert told["Complaints"] == "There was no complaint."


def test_what_is_missing_says_what_fills_it(bare: Project) -> None:
    told = _texts(customer_card(bare, "c1"))
    for part, table in (("Last contacts", "contacts"), ("Complaints", "feedback"), ("Consent", "consents")):
        assert told[part] == f"Table {table} fills this: name its file in crm.toml under [sources.{table}]."
    assert told["Customer value"] == told["Stage"] == "Step 02 of 'crm-analysis run' fills this."
    assert told["Proposed action"] == "Step 06 of 'crm-analysis run' fills this."
    assert told["Risk of leaving"] == "The last order was 39 days ago; the usual gap is 10 days."
    assert told["History"].startswith("Orders: 3")


def test_the_sorted_copy_gives_the_same_card_and_a_build_makes_it_stale(tmp_path: Path) -> None:
    with _project(tmp_path, ALL) as project:
        assert event_sources(project.warehouse) is None
        before = customer_card(project, "c1").record
        assert write_events(project.warehouse)
        assert not write_events(project.warehouse), "nothing to do"
        after = customer_card(project, "c1").record
        pd.testing.assert_frame_equal(before.events, after.events)
        assert (before.as_of, before.tables) == (after.as_of, after.tables)
        (tmp_path / "order_lines.csv").write_text(ORDERS + "c1,2024-03-01 10:00,o9,tea,1,9000\n", encoding="utf-8")
        project.build()
        assert event_sources(project.warehouse) is None
        assert customer_card(project, "c1").record.history.orders == 4
        assert write_events(project.warehouse)
        assert customer_card(project, "c1").record.history.orders == 4


def test_an_address_used_as_id_is_found_by_its_pseudonym(bare: Project) -> None:
    card = customer_card(bare, "buyer@planted.example")
    assert card.record.customer_id.startswith("p")
    assert card.record.history.orders == 1
    assert "planted" not in card._repr_html_()


def test_an_unknown_customer_is_refused_without_repeating_the_address(bare: Project) -> None:
    with pytest.raises(ConfigError, match=r"No table knows customer 'n\*+@\*+\.\*+'"):
        customer_card(bare, "nobody@planted.example")


def test_what_somebody_wrote_is_nowhere_on_the_card(full: Project) -> None:
    shown = customer_card(full, "c1")._repr_html_()
    assert "7777" not in shown
    assert "late again" not in shown
    assert shown.count("<tbody>") == 10


def test_no_text_of_the_data_is_markup(full: Project) -> None:
    from crm_analysis.card.page import card_html
    from crm_analysis.narrative.card import CardPart

    shown = card_html("<b>", [CardPart("$1", [("<i>", "$2 & $3")])])
    assert "<b>" not in shown
    assert "&lt;i&gt;" in shown
    assert shown.count("$") == shown.count("<span>$</span>") == 3


def _shown(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    use_language("en")
    captured = capsys.readouterr()
    return int(left.value.code or 0), captured.out, captured.err


def test_the_command_shows_it_in_both_languages(full: Project, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(full.settings.root)
    status, out, _err = _shown(capsys, "card", "c1", root)
    assert status == 0
    assert out.startswith("Customer c1, as of 29 Feb 2024")
    assert "Usual days between orders" in out
    status, out, _err = _shown(capsys, "card", "c1", root, "--lang", "ko")
    assert status == 0
    assert "고객 c1" in out
    assert "구매 이력" in out
    status, _out, err = _shown(capsys, "card", "nobody", root)
    assert status == 1
    assert err == "No table knows customer 'n*****'. Give the number as it stands in the tables.\n"


def test_words_follow_the_language(full: Project, tmp_path: Path) -> None:
    card = customer_card(full, "c1", tables=_run(tmp_path))
    english = _texts(card)
    with language("ko"):
        korean = _texts(card)
    assert not set(english) & set(korean)
    assert all(any("가" <= letter <= "힣" for letter in text) for text in korean.values())

"""A person who is forgotten is nowhere, and does not come back; everybody else is as before."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_analysis.building.history import history_name
from crm_analysis.building.tombstones import COLUMNS, REFERENCES, read_tombstones
from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.errors import ConfigError, RunError
from crm_analysis.identity import record_decision
from crm_analysis.learning import append_assignments
from crm_analysis.project import Project
from crm_analysis.warehouse import Engine, Warehouse, collect
from crm_analysis.workflow.event_table import event_sources, write_events
from crm_analysis.workflow.run_store import RunStore

from .conftest import HEAD, Shop
from .planted import CORRECTED, FILES, GONE, PLANTED, STAYS, build_twice, copy, fill, found_in, write_run


def _assign(project: Project, *customers: str) -> None:
    drawn = pd.DataFrame({"customer_id": list(customers), "action": "loyal:retain", "unit": "customer"})
    drawn = drawn.assign(segment="loyal", offer="x", offer_kind="money", eligibility="", arm="contact", probability=0.5)
    append_assignments(project.warehouse, drawn, "shop", pd.Timestamp("2024-02-28").date())


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory, duckdb: Engine) -> Shop:
    shop = fill(Shop(tmp_path_factory.mktemp("planted"), duckdb))
    _whole(shop)
    return shop


@pytest.fixture
def planted(built_once: Shop, tmp_path: Path) -> Shop:
    """A shop of its own for each test, with all that :func:`_whole` made."""
    return copy(built_once, tmp_path)


def _orphan(warehouse: Warehouse) -> None:
    """What killed processes leave: rows of no version, a folder without a version, a build's scratch."""
    row = pd.DataFrame({"customer_id": ["KU1001"], "email": ["quux.well@planted.example"]})
    row.to_parquet(warehouse.folder / "staged_customers" / "part_left.parquet")
    (warehouse.folder / "staged_goals").mkdir()
    row.to_parquet(warehouse.folder / "staged_goals" / "part_left.parquet")
    (warehouse.folder / ".build-left").mkdir()
    row.to_parquet(warehouse.folder / ".build-left" / "rows.parquet")


def _whole(shop: Shop) -> None:
    """Built twice, with a draw, results, decisions, events, a report, and what killed processes leave."""
    build_twice(shop)
    project = shop.open()
    assert set(collect(project.table("accounts"))["customer_id"]) == {"KU1001", "KU2001"}, "two accounts, one person"
    _assign(project, "KU1001", "KU2001")
    results = pd.DataFrame({"customer_id": ["KU1001", "KU2001"], "contacted_at": pd.Timestamp("2024-03-05")})
    project.warehouse.write_frame("contact_results", results)
    record_decision(project.warehouse, "KU1002", "KU2001", "different")
    record_decision(project.warehouse, "KU1001", "KU1002", "same")
    assert write_events(project.warehouse)
    write_run(shop)
    _orphan(project.warehouse)


def test_nothing_of_the_person_is_left_and_everything_of_the_other_is(planted: Shop) -> None:
    project = planted.open()
    before = found_in(planted.root, PLANTED)
    assert set(before) == set(PLANTED), "the search finds what is there"
    assert {"history_order_lines", "quarantine_order_lines"} <= set(project.warehouse.versions())
    kept = found_in(planted.root, STAYS)
    forgotten = project.forget("KU1002")
    assert found_in(planted.root, PLANTED) == {}
    after = found_in(planted.root, STAYS)
    assert set(after) == set(kept) == set(STAYS)
    newest = {Path(name).parts[:3] for names in after.values() for name in names}
    assert {("data", "warehouse", "customers"), ("reports", "shop", "20240301-120000-abcd")} <= newest
    assert forgotten.accounts == 2
    assert forgotten.runs == 1
    assert forgotten.tables["staged_order_lines"] > forgotten.tables["order_lines"] > 0
    assert {held.file: held.rows for held in forgotten.held_by if held.table == "customers"} == {"customers.csv": 2}
    assert {held.file: held.rows for held in forgotten.held_by if held.table == "order_lines"} == {
        "lines/01.csv": 3, "lines/02.csv": 1,
    }  # fmt: skip


def test_the_same_and_changed_sources_do_not_bring_the_person_back(planted: Shop) -> None:
    planted.open().forget("KU1001")
    project = planted.open()
    result = project.build()
    assert result.changed
    assert found_in(planted.root, PLANTED) == {}
    project.build(force=True)
    assert found_in(planted.root, PLANTED) == {}
    planted.put("03.csv", ["KU1001,2024-03-01,o10,p1,1,9.00", "KU9999,2024-03-02,order-9999,p1,1,9.00", *CORRECTED])
    again = FILES["customers"] + "KU9999,Z Quuxwell,quux.well@PLANTED.example,,,,,\n"
    (planted.root / "customers.csv").write_text(again, encoding="utf-8")
    late = FILES["deliveries"] + "order-9999,2024-03-04\n"
    (planted.root / "deliveries.csv").write_text(late, encoding="utf-8")
    project = planted.open()
    ledger = project.build().cleaning_ledger
    assert found_in(planted.root, (*PLANTED, "KU9999", "order-9999")) == {}
    assert set(found_in(planted.root, STAYS)) == set(STAYS)
    lines = ledger[ledger["table"] == "order_lines"].set_index("action")["rows"]
    read = int(project.build().load_ledger.query("table == 'order_lines'")["rows_read"].sum())
    counted = lines.groupby(level=0).sum()
    assert counted["kept"] + counted["quarantined"] + counted["forgotten"] == read
    assert counted["forgotten"] == 3 + 1 + 3


def test_a_new_number_known_by_its_address_takes_earlier_order_lines_along(planted: Shop) -> None:
    planted.open().forget("KU1001")
    planted.put("03.csv", ["KU9999,2024-03-02,o11,p1,1,9.00"])
    planted.open().build()
    assert found_in(planted.root, ("KU9999",))
    again = FILES["customers"] + "KU9999,Z Quuxwell,,(010) 7777-1234,,,,\n"
    (planted.root / "customers.csv").write_text(again, encoding="utf-8")
    planted.open().build()
    assert found_in(planted.root, ("KU9999",)) == {}


def test_on_both_engines_the_rows_go_and_stay_away(tmp_path: Path, engine: Engine) -> None:
    shop = fill(Shop(tmp_path, engine), ["customers", "deliveries"])
    project = shop.open(identity__match=False)
    project.build()
    assert set(found_in(tmp_path, GONE)) == set(GONE)
    project.forget("KU1001")
    stays = ("KU1002", *STAYS[:-1])
    assert found_in(tmp_path, ("KU1001", "order-of-zebulon")) == {}
    assert set(found_in(tmp_path, stays)) == set(stays), "without matching, an account is a person"
    shop.put("01.csv", ["KU1001,2024-01-05,order-of-zebulon,p1,1,10.00", "KU2001,2024-01-20,o2,p1,1,10.00"])
    again = FILES["customers"] + "KU9999,Z Quuxwell,,,12 Zebulon Lane,,,KU1001\n"
    (tmp_path / "customers.csv").write_text(again, encoding="utf-8")
    assert project.build().changed
    assert found_in(tmp_path, ("KU1001", "order-of-zebulon")) == {}
    customers = collect(project.table("customers")).set_index("customer_id")
    assert sorted(customers.index) == ["KU1002", "KU2001", "KU9999"]
    assert pd.isna(customers.loc["KU9999", "referrer_id"]), "who recommended is not said any more"
    assert collect(project.table("deliveries"))["order_id"].tolist() == ["o2"]


def test_pages_keep_their_counts_and_say_that_somebody_was_removed(planted: Shop) -> None:
    project = planted.open()
    run = planted.root / "reports" / "shop" / "20240301-120000-abcd"
    manifest = (run / "manifest.json").read_bytes()
    project.forget("KU1001")
    assert (run / "manifest.json").read_bytes() == manifest
    assert pd.read_parquet(run / "tables" / "segments.parquet")["customers"].tolist() == [2]
    scores = pd.read_parquet(run / "tables" / "customer_scores.parquet")
    assert scores["customer_id"].tolist() == ["KU2001"]
    assert scores.attrs["schema_version"] == 1
    plan = (run / "audiences" / "contact_plan.csv").read_bytes()
    assert plan.decode("utf-8-sig").splitlines() == ["customer_id,orders,reason", "KU2001,2,none"]
    assert plan.startswith(b"\xef\xbb\xbf")
    for folder, word, sentence in (
        (run, "removed customer", "This customer was removed on request."),
        (run / "ko", "삭제된 고객", "이 고객은 요청에 따라 삭제했습니다."),
    ):
        page = (folder / "02_customers.html").read_text("utf-8")
        assert f'<td class="txt">{word}</td><td class="num">3</td>' in page
        assert f'<p class="empty">{sentence}</p>' in page
        assert '<td class="txt">KU2001</td>' in page
        data = json.loads((folder / "02_customers.ipynb").read_text("utf-8"))["cells"][0]["outputs"][0]["data"]
        assert data == {"text/html": [f'<p class="empty">{sentence}</p>'], "text/plain": sentence}
        other = (folder / "action_loyal_retain.html").read_text("utf-8")
        assert "<caption>Customer KU2001</caption>" in other, "the card of another customer stays"
    decisions = (planted.root / "decisions.toml").read_text("utf-8")
    assert decisions == '[[decision]]\nsegment = "loyal"\nreason = "as removed customer said, not KU2001"\n'


def test_a_number_that_is_only_digits_goes_from_its_cells_and_no_count_changes(shop: Shop) -> None:
    shop.put("01.csv", ["12,2024-01-05,,p1,1,10.00", "13,2024-01-06,,p1,1,12.00"])
    shop.open().build()
    run = shop.root / "reports" / "my_shop" / "20240301-120000-abcd"
    run.mkdir(parents=True)
    cells = '<td class="txt">12</td><td class="num">12</td><td class="txt">12@20240105000000</td>'
    page = f"<p>12 months, 12 customers</p>{cells}"
    (run / "01.html").write_text(page, encoding="utf-8")
    project = shop.open()
    assert project.settings.slug == run.parent.name
    project.forget("12")
    assert (run / "01.html").read_text("utf-8") == (
        '<p>12 months, 12 customers</p><td class="txt">removed customer</td><td class="num">12</td>'
        '<td class="txt">removed customer</td>'
    )
    assert collect(project.table("order_lines"))["customer_id"].tolist() == ["13"]


def test_an_address_as_number_is_found_by_itself(shop: Shop) -> None:
    shop.put("01.csv", ["quux@planted.example,2024-01-05,o1,p1,1,10.00", "other@kept.example,2024-01-05,o2,p1,1,1.00"])
    project = shop.open()
    project.build()
    gone = list(collect(project.table("order_lines")).set_index("order_id")["customer_id"][["o1"]])
    project.forget("quux@planted.example")
    assert found_in(shop.root, (*gone, "quux@")) == {}
    project.build(force=True)
    assert collect(project.table("order_lines"))["order_id"].tolist() == ["o2"]


def test_an_address_that_two_share_does_not_take_the_other_along(planted: Shop) -> None:
    shared = FILES["customers"].replace("010-8888-4321", "010 7777 1234")
    (planted.root / "customers.csv").write_text(shared, encoding="utf-8")
    planted.open().build()
    project = planted.open()
    project.forget("KU1001")
    project.build(force=True)
    assert collect(project.table("customers"))["customer_id"].tolist() == ["KU2001"]
    assert not found_in(planted.root, GONE)


def test_the_event_copy_is_made_anew(planted: Shop) -> None:
    project = planted.open()
    assert event_sources(project.warehouse) is not None
    project.forget("KU1001")
    assert event_sources(project.warehouse) is None
    assert write_events(project.warehouse)
    assert collect(project.table("customer_events"))["customer_id"].unique().tolist() == ["KU2001"]


def test_older_versions_cannot_be_read_any_more(planted: Shop) -> None:
    project = planted.open()
    assert project.warehouse.versions()["order_lines"] == 1
    assert len(collect(project.warehouse.read("order_lines", version=0))) == 4
    project.forget("KU1001")
    newest = project.warehouse.versions()["order_lines"]
    assert newest == 2, "versions go on, so that those in manifests stay told apart"
    logs = project.warehouse.folder / "order_lines" / "_delta_log"
    assert [path.name for path in sorted(logs.glob("*.json"))] == [f"{newest:020}.json"]
    assert project.warehouse.sweep(older_than_seconds=0) == 0
    assert set(collect(project.table("order_lines"))["customer_id"]) == {"KU2001"}
    planted.put("04.csv", ["KU2001,2024-03-02,o12,p1,1,9.00"])
    project.build()
    assert "o12" in set(collect(project.table("order_lines"))["order_id"])


class _KilledError(Exception):
    """In place of the end of the process."""


@pytest.mark.parametrize("after", [0, 14])
@pytest.mark.parametrize("then", ["forget", "build"])
def test_a_kill_in_between_leaves_what_the_next_call_finishes(
    planted: Shop, monkeypatch: pytest.MonkeyPatch, after: int, then: str
) -> None:
    project = planted.open()
    calls = 0
    whole = Warehouse.erase_past

    def erase_past(self: Warehouse, table: str) -> int:
        nonlocal calls
        calls += 1
        if calls > after:
            raise _KilledError("killed here")
        return whole(self, table)

    with monkeypatch.context() as patched:
        patched.setattr(Warehouse, "erase_past", erase_past)
        with pytest.raises(_KilledError, match="killed here"):
            project.forget("KU1001")
    assert found_in(planted.root, PLANTED), "killed before the end"
    if then == "forget":
        planted.open().forget("KU1001")
    else:
        planted.open().build()
    left = found_in(planted.root, PLANTED)
    if then == "build":
        assert all(".build-left" in name for names in left.values() for name in names), "the scratch of another build"
    else:
        assert left == {}
    assert not (project.warehouse.folder / ".forgetting").exists()


def test_a_kill_in_a_report_leaves_what_the_next_call_finishes(planted: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    project = planted.open()
    with monkeypatch.context() as patched:
        patched.setattr("crm_analysis.building.erased_reports._erase_rows", _killed)
        with pytest.raises(_KilledError, match="killed here"):
            project.forget("KU1001")
    assert set(collect(project.table("order_lines"))["customer_id"]) == {"KU1001", "KU2001"}
    planted.open().forget("KU1001")
    assert found_in(planted.root, PLANTED) == {}


def _killed(*_arguments: object) -> bool:
    raise _KilledError("killed here")


def test_forgetting_again_finds_the_tombstone(planted: Shop) -> None:
    project = planted.open()
    project.forget("KU1001")
    stones = collect(project.table("forgotten"))
    assert set(stones.columns) == {"kind", "digest", "forgotten_on"}
    assert stones["digest"].str.fullmatch("[0-9a-f]{64}").all()
    again = project.forget("KU1001")
    assert (again.rows, again.runs) == (0, 0)
    assert len(collect(project.table("forgotten"))) == len(stones)


def test_digests_of_engine_and_python_are_one_and_need_the_key(planted: Shop) -> None:
    project = planted.open()
    project.forget("KU1001")
    stones = read_tombstones(project.warehouse, project.settings)
    rows = project.engine.read_parquet(
        [
            _parquet(
                planted.root, {"phone": ["+82-10-7777-1234", "1077771234", "0082 10 77771234", "010-7777-123*", "7"]}
            )
        ]
    )
    assert stones.matches(rows, "phone") == ["+82-10-7777-1234", "0082 10 77771234", "1077771234"]
    assert stones.has("email", "quux.well@planted.example")
    stones.key = "another key"
    assert stones.matches(rows, "phone") == []
    assert not stones.has("email", "quux.well@planted.example")


def _parquet(root: Path, columns: dict[str, list[str]]) -> Path:
    pd.DataFrame(columns).to_parquet(root / "some.parquet")
    return root / "some.parquet"


def test_an_unknown_customer_is_named_and_nothing_changes(planted: Shop) -> None:
    project = planted.open()
    before = project.warehouse.versions()
    with pytest.raises(ConfigError, match=r"No table knows customer 'K\*+'"):
        project.forget("KU4711")
    assert project.warehouse.versions() == before


def test_it_waits_for_the_end_of_a_run(planted: Shop) -> None:
    project = planted.open()
    store = RunStore(project.warehouse.folder / "runs.sqlite")
    store.create("r9", "shop")
    assert store.claim("r9")
    with pytest.raises(RunError, match="Run r9 is under way"):
        project.forget("KU1001")
    store.finish("r9", "done")
    assert project.forget("KU1001").accounts == 2


def test_every_column_about_a_person_is_declared() -> None:
    for spec in SOURCE_TABLES.values():
        people = {column.name for column in spec.columns if "customer" in column.name and column.type == "id"}
        assert people <= {*COLUMNS, *REFERENCES}, spec.name
        if any(column.personal for column in spec.columns):
            telling = [column.name for column in spec.columns if column.name in COLUMNS]
            assert telling, f"nothing tells whose the personal data in {spec.name} are"


_CUSTOMERS = [f"K{n:03}" for n in range(4)]
_ROW = st.tuples(
    st.sampled_from(_CUSTOMERS), st.integers(1, 28), st.sampled_from(["", "o1", "o2", "o3"]), st.integers(1, 9)
)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    loads=st.lists(st.lists(_ROW, min_size=1, max_size=12), min_size=1, max_size=2),
    who=st.sampled_from(_CUSTOMERS),
    phones=st.lists(st.integers(0, 2), min_size=4, max_size=4),
)
def test_rows_of_all_others_stay_exactly_as_they_were(make_shop, loads, who, phones) -> None:  # type: ignore[no-untyped-def]
    shop = make_shop()
    people = [f"{c},Name {c},010-5555-000{p}" for c, p in zip(_CUSTOMERS, phones, strict=True)]
    shop.put("customers.csv", people, head="customer_id,name,phone", folder=".")
    with (shop.root / "crm.toml").open("a", encoding="utf-8") as toml:
        toml.write('[sources.customers]\npath = "customers.csv"\n[identity]\nmatch = false\n')
    for load in loads:  # each replaces the one before: histories fill
        shop.put(
            "all.csv", [f"{c},2024-01-{day:02},{order},p1,1,{amount}" for c, day, order, amount in load], head=HEAD
        )
        shop.open().build()
    project = shop.open()
    names = ("order_lines", "customers", "customer_accounts", "quarantine_order_lines", "staged_order_lines")
    tables = [t for t in (*names, history_name("order_lines"), history_name("customers")) if project.warehouse.has(t)]
    before = {table: collect(project.table(table)) for table in tables}
    if not any(who in set(frame[_owner(frame)]) for frame in before.values()):
        return
    project.forget(who)
    for table, frame in before.items():
        rest = frame[frame[_owner(frame)] != who]
        _same(collect(project.table(table)), rest, table)
    assert found_in(shop.root, (who,), among="warehouse") == {}


def _owner(frame: pd.DataFrame) -> str:
    return "account_id" if "account_id" in frame.columns else "customer_id"


def _same(one: pd.DataFrame, other: pd.DataFrame, table: str) -> None:
    columns = list(other.columns)
    sides = [frame[columns].astype("string").sort_values(columns, ignore_index=True) for frame in (one, other)]
    pd.testing.assert_frame_equal(*sides, obj=table)

"""In the simulated shop nobody who has not agreed leaves in a list, and people found to be one move between no arms."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.identity import record_decision
from crm_analysis.project import open_project
from crm_analysis.resources import resource
from crm_analysis.warehouse import collect
from crm_analysis.workflow.run_folder import latest_published

from .conftest import crm

pytestmark = pytest.mark.slow

TOML = """\
[project]
name = "simulated"
currency = "KRW"
lang = "en"
also_in = ["ko"]
dataset = "simulated"

[simulation]
path = "shop"
customers = 1500

[cleaning]
sale_status = ["paid"]
"""


TABLES = "shop/default/tables"


def _report(root: Path) -> Path:
    done = crm("run", str(root))
    assert done.returncode == 0, done.stdout + done.stderr
    latest = latest_published(root / "reports" / "simulated")
    assert latest is not None
    return latest.path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace on a small simulated shop, with a report."""
    root = tmp_path_factory.mktemp("simulated")
    (root / "crm.toml").write_text(TOML, encoding="utf-8")
    shutil.copytree(resource("notebooks"), root / "notebooks")
    _report(root)
    return root


def _latest(root: Path) -> Path:
    found = latest_published(root / "reports" / "simulated")
    assert found is not None
    return found.path


def _accounts(root: Path) -> pd.Series:
    with open_project(root) as project:
        return collect(project.table("accounts")).set_index("account_id")["customer_id"]


def _last_words(root: Path) -> pd.Series:
    """The last word of all accounts of a person, by hand: the rows as simulated, one after the other in time."""
    told = pd.read_parquet(root / TABLES / "consents.parquet")
    told["customer_id"] = told["customer_id"].map(_accounts(root)).fillna(told["customer_id"])
    last: dict[tuple[str, str], tuple[pd.Timestamp, bool]] = {}
    for row in told.itertuples():
        key = (str(row.customer_id), {"sms": "message"}.get(str(row.channel), str(row.channel)))
        at, granted = last.get(key, (pd.Timestamp.min, True))
        if row.changed_at > at:
            last[key] = (row.changed_at, bool(row.granted))
        elif row.changed_at == at:
            last[key] = (at, granted and bool(row.granted))
    return pd.Series({key: granted for key, (_at, granted) in last.items()})


def test_nobody_without_consent_is_in_a_list(shop: Path) -> None:
    report, allowed = _latest(shop), _last_words(shop)
    offers = pd.read_parquet(report / "tables" / "offer_decisions.parquet")
    wanted = offers[offers["offer"] != "none"].set_index(["customer_id", "channel"])
    said = allowed.reindex(wanted.index)
    never, refused = said.isna(), said == False  # noqa: E712
    assert min(never.sum() + refused.sum(), (said == True).sum()) > 20, "the shop has both"  # noqa: E712
    lists = sorted((report / "audiences").glob("*.csv"))
    assert lists
    for file in lists:
        listed = pd.read_csv(file, encoding="utf-8-sig", dtype={"customer_id": "str"})
        keys = pd.MultiIndex.from_frame(listed[["customer_id", "channel"]])
        assert (allowed.reindex(keys) == True).all(), file.name  # noqa: E712
        assert set(keys) == set(said[said == True].index), "and all others who are to get something"  # noqa: E712
        assert {"contact", "control"} <= set(listed["arm"]), "the control group agreed as well"
    out = pd.read_parquet(report / "tables" / "exclusions.parquet").set_index("reason")["customers"]
    assert (-out["no_consent"], -out["opted_out"]) == (never.sum(), refused.sum())
    assert out.drop("contacted").sum() == out["contacted"] > 0


def test_the_pages_say_who_is_left_out_and_what_allows_a_contact(shop: Path) -> None:
    report = _latest(shop)
    out = pd.read_parquet(report / "tables" / "exclusions.parquet").set_index("reason")["customers"]
    never, refused = f"{-out['no_consent']:,}", f"{-out['opted_out']:,}"
    page = (report / "06_communication.html").read_text("utf-8")
    assert f"Left out before the draw: {never} who never agreed, {refused} who refused." in page
    assert "Consent is not checked" not in page
    bases = pd.read_parquet(report / "tables" / "consent_bases.parquet")
    told = pd.read_parquet(shop / TABLES / "prospects.parquet")
    assert bases.loc[bases["who"] == "prospects", "people"].sum() == len(told)
    assert bases.loc[bases["who"] == "prospects", "open"].sum() == 0, "no basis is stated for any of them"
    assert set(bases["origin"]) == {"Gym on the corner", "Parents' club", "Office supply"}
    assert {"form", ""} <= set(bases.loc[bases["who"] == "customers", "basis"])
    customers = (report / "02_customers.html").read_text("utf-8")
    assert "For none of them is it stated what allows a contact" in customers
    assert f"{bases['open'].sum():,} of all may be asked" in customers
    korean = "\n".join(path.read_text("utf-8") for path in sorted(report.rglob("*.html")) if "ko" in path.parts[-2:][0])
    assert f"동의한 적 없음 {never}" in korean
    assert "접촉 근거" in korean


def test_who_was_two_customers_when_drawn_is_counted_and_left_out(shop: Path, tmp_path: Path) -> None:
    """The file of results names the numbers of the day of the draw; two of them are one person by now."""
    root = tmp_path / "merged"
    shutil.copytree(shop, root)
    toml = (root / "crm.toml").read_text(encoding="utf-8")
    (root / "crm.toml").write_text(toml.replace('also_in = ["ko"]\n', ""), encoding="utf-8")
    with open_project(root) as project:
        joined = collect(project.table("customers")).set_index("customer_id")["joined_at"]
        drawn = collect(project.table("assignments"))
        drawn = drawn.assign(joined=drawn["customer_id"].map(joined)).sort_values(["joined", "customer_id"])
        held = str(drawn.loc[drawn["arm"] == "control", "customer_id"].iloc[0])
        sent = drawn.loc[drawn["arm"] == "contact", "customer_id"].astype("str").tolist()
        record_decision(project.warehouse, held, sent[-1], "same", "one person, as the shop found out")
        record_decision(project.warehouse, sent[0], sent[-2], "same", "one person, both contacted")
    back = pd.DataFrame({"customer_id": sent[-60:], "contacted_at": "2025-01-07"})
    back.to_csv(root / "back.csv", index=False)
    done = crm("import-results", str(root / "back.csv"), str(root))
    assert done.returncode == 0, done.stdout + done.stderr
    report, person = _report(root), _accounts(root)
    assert (person[sent[-1]], person[sent[-2]]) == (held, sent[0]), "named after who joined first"
    with open_project(root) as project:
        ledger, returned = collect(project.table("assignments")), collect(project.table("contact_results"))
    first = ledger[ledger["round"] == drawn["round"].iloc[0]].set_index("customer_id")["arm"]
    assert first.to_dict() == drawn.set_index("customer_id")["arm"].to_dict(), "the draw stays as it was written"
    assert set(returned["customer_id"]) == set(sent[-60:])
    plan = pd.read_parquet(report / "tables" / "contact_plan.parquet")
    today = returned["customer_id"].map(person).fillna(returned["customer_id"])
    told = set(zip(today, returned["action"], strict=True))
    reached = pd.Series([key in told for key in zip(plan["customer_id"], plan["action"], strict=True)])
    done_, against = ((plan["arm"] == "contact") & reached).sum(), ((plan["arm"] != "contact") & reached).sum()
    page = (report / "07_evaluation.html").read_text("utf-8")
    assert "1 person is left out of comparisons" in page
    assert f"Results are back for {done_} of {(plan['arm'] == 'contact').sum()} planned contacts" in page
    assert against == 0 or f"{against} customers who were to be held back were contacted all the same" in page
    assert not set(plan["customer_id"]) & {sent[-1], sent[-2]}, "one person is in the plan once"

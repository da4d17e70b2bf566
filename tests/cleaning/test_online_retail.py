"""The ledger reproduces the published counts of Online Retail (UCI 352, CC BY 4.0).

Chen, Sain and Guo (2012), Data mining for the online retail industry, Journal of Database Marketing and
Customer Strategy Management 19(3); counts computed independently from the published file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pytest

from crm_analysis.build import BuildResult
from crm_analysis.features import cohorts, customer_summary, rfm_scores
from crm_analysis.project import Project, open_project
from crm_analysis.warehouse import collect

pytestmark = pytest.mark.realdata
SETTINGS = Path(__file__).parents[2] / "data" / "online_retail.toml"
COLUMNS = ("customer_id", "ordered_at", "order_id", "product_id", "product_name", "quantity", "unit_price", "amount",
           "country")  # fmt: skip


@pytest.fixture(scope="module")
def built(
    realdata: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Project, BuildResult]]:
    overrides = {
        "sources.order_lines.path": str(realdata("online_retail/online_retail.parquet")),
        "warehouse.path": str(tmp_path_factory.mktemp("online_retail")),
        "warehouse.engine": "duckdb",
    }
    with open_project(SETTINGS, overrides) as project:
        yield project, project.build()


@pytest.fixture(scope="module")
def ledger(built: tuple[Project, BuildResult]) -> pd.DataFrame:
    return built[1].cleaning_ledger.set_index("rule")


@pytest.fixture(scope="module")
def everything(built: tuple[Project, BuildResult]) -> ir.Table:
    """What is kept and what is in quarantine: the whole file."""
    project = built[0]
    return ibis.union(
        project.table("order_lines").select(COLUMNS), project.table("quarantine_order_lines").select(COLUMNS)
    )


@pytest.fixture(scope="module")
def clean(everything: ir.Table) -> ir.Table:
    """Lines as the literature filters them: customer known, not cancelled, quantity and price above zero."""
    rows = everything
    return rows.filter(
        rows["customer_id"].notnull()
        & ~rows["order_id"].startswith("C")
        & (rows["quantity"] > 0)
        & (rows["unit_price"] > 0)
    )


def test_the_ledger_adds_up_to_the_file(ledger: pd.DataFrame) -> None:
    assert ledger.loc[ledger["action"].isin(["quarantined", "kept"]), "rows"].sum() == 541_909
    assert ledger.loc["kept", "rows"] == 401_604


@pytest.mark.parametrize(
    ("rule", "lines"),
    [
        ("no_customer", 135_080),
        ("exact_duplicate", 5_268),
        ("cancelled_order", 9_288),
        ("adjustment", 3),
        ("free_line", 2_515),
        ("negative_price", 2),
        ("not_a_product", 2_995),
        ("unreadable", 0),
        ("no_date", 0),
    ],
)
def test_a_rule_matches_as_many_lines_as_published(ledger: pd.DataFrame, rule: str, lines: int) -> None:
    assert ledger.loc[rule, "matched"] == lines


def test_lines_with_a_quantity_of_zero_or_less(ledger: pd.DataFrame, everything: ir.Table) -> None:
    """A return is a negative quantity or a negative amount: two lines are one by their price alone."""
    assert ledger.loc["return", "matched"] - ledger.loc["negative_price", "matched"] == 10_624
    back = everything.filter(everything["quantity"] <= 0)
    assert collect(back.aggregate(n=back.count(), kept=(~back["order_id"].startswith("C")).sum())).iloc[0].tolist() == [
        10_624,
        1_336,
    ]


def test_what_the_file_holds(everything: ir.Table, built: tuple[Project, BuildResult]) -> None:
    cancelled = everything.filter(everything["order_id"].startswith("C"))
    rows = everything
    found = collect(
        rows.aggregate(
            invoices=rows["order_id"].nunique(),
            codes=rows["product_id"].nunique(),
            customers=rows["customer_id"].nunique(),
            countries=rows["country"].nunique(),
            no_name=rows["product_name"].isnull().sum(),
        )
    ).iloc[0]
    assert found.to_dict() == {
        "invoices": 25_900,
        "codes": 4_070,
        "customers": 4_372,
        "countries": 38,
        "no_name": 1_454,
    }
    assert collect(cancelled.aggregate(n=cancelled["order_id"].nunique()))["n"].iloc[0] == 3_836
    no_products = built[0].settings.cleaning.not_products
    assert len(set(no_products)) == 33
    assert built[1].load_ledger["rows_read"].tolist() == [541_909]


def test_the_two_giant_sales_are_netted(built: tuple[Project, BuildResult]) -> None:
    lines = built[0].table("order_lines")
    giant = collect(lines.filter(lines["quantity"].abs() > 70_000).order_by("ordered_at"))
    assert giant["quantity"].tolist() == [74_215.0, -74_215.0, 80_995.0, -80_995.0]
    assert giant["netted"].all()


def test_netting_leaves_revenue_as_it_is(built: tuple[Project, BuildResult], ledger: pd.DataFrame) -> None:
    assert ledger.loc["netted_cancellation", "rows"] == 5_540
    assert ledger.loc["netted_cancellation", "amount"] == pytest.approx(0.0, abs=1e-6)
    months = collect(built[0].table("monthly_agreement"))
    assert months["sales_amount"].sum() == pytest.approx(ledger.loc["kept", "amount"], abs=0.01)
    assert months["raw_amount"].sum() == pytest.approx(9_747_747.93, abs=0.01), "the plain sum of the file"


def test_the_usual_filter_gives_the_published_clean_set(clean: ir.Table) -> None:
    found = collect(
        clean.aggregate(
            rows=clean.count(),
            customers=clean["customer_id"].nunique(),
            invoices=clean["order_id"].nunique(),
            products=clean["product_id"].nunique(),
            money=clean["amount"].sum(),
        )
    ).iloc[0]
    assert found["rows"] == 397_884
    assert found["customers"] == 4_338
    assert found["invoices"] == 18_532
    assert found["products"] == 3_665
    assert found["money"] == pytest.approx(8_911_407.90, abs=0.005)


def test_the_kept_sales_are_the_clean_set_without_duplicates(built: tuple[Project, BuildResult]) -> None:
    lines = built[0].table("order_lines")
    sales = lines.filter(~lines["order_id"].startswith("C") & (lines["quantity"] > 0) & (lines["unit_price"] > 0))
    found = collect(sales.aggregate(rows=sales.count(), money=sales["amount"].sum())).iloc[0]
    assert found["rows"] == 392_692
    assert found["money"] == pytest.approx(8_887_208.89, abs=0.005)


def test_rfm(clean: ir.Table) -> None:
    """On the clean set as published, so without netting and with the duplicates.

    The published recency is the whole days from the time of the last order to 2011-12-10 0:00, which is one
    less than our days between dates: the same as ours on the day before.
    """
    summary = customer_summary(clean, date(2011, 12, 10))
    money = collect(clean.group_by("customer_id").aggregate(money=clean["amount"].sum()))
    scores = rfm_scores(summary, money.set_index("customer_id")["money"], date(2011, 12, 9))
    assert len(scores) == 4_338
    assert scores["recency_days"].mean() == pytest.approx(92.06, abs=0.005)
    assert scores["recency_days"].median() == 50
    assert scores["orders"].mean() == pytest.approx(4.27, abs=0.005)
    assert scores["orders"].median() == 2
    assert scores["orders"].max() == 209
    assert scores["revenue"].mean() == pytest.approx(2_054.27, abs=0.005)
    assert scores["revenue"].median() == pytest.approx(674.48, abs=0.0051)
    assert scores["revenue"].max() == pytest.approx(280_206.02, abs=0.005)


def test_the_cohort_of_december_2010(clean: ir.Table) -> None:
    frame = cohorts(clean, date(2011, 12, 9))
    first = frame[frame["cohort"] == pd.Timestamp("2010-12-01")]
    assert first["customers"].unique().tolist() == [885]
    assert first["active"].tolist()[:6] == [885, 324, 286, 340, 321, 352]
    assert first["complete"].tolist() == [True] * 12 + [False]


def test_a_second_build_changes_nothing(built: tuple[Project, BuildResult]) -> None:
    before = built[0].warehouse.versions()
    again = built[0].build()
    assert not again.changed
    assert built[0].warehouse.versions() == before
    pd.testing.assert_frame_equal(again.cleaning_ledger, built[1].cleaning_ledger)

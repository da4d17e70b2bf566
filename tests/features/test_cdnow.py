"""CDNOW from the raw file through build to the published BG/NBD.

Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2), table 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from crm_analysis.features import customer_facts, customer_summary, period, purchase_states
from crm_analysis.models import BetaGeoNBD
from crm_analysis.project import Project, open_project

pytestmark = pytest.mark.realdata
CALIBRATION = date(1997, 9, 30)


@pytest.fixture(scope="module")
def project(realdata: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("cdnow")
    names = ["master_id", "customer_id", "date", "quantity", "dollars"]
    raw = pd.read_csv(realdata("cdnow/CDNOW_sample.txt"), sep=r"\s+", header=None, names=names, dtype="str")
    raw[["customer_id", "date", "dollars"]].to_csv(folder / "cdnow.csv", index=False)
    settings = folder / "crm.toml"
    settings.write_text(
        '[project]\nname = "cdnow"\n[sources.order_lines]\npath = "cdnow.csv"\n'
        '[sources.order_lines.columns]\ncustomer_id = "customer_id"\nordered_at = "date"\namount = "dollars"\n',
        encoding="utf-8",
    )
    with open_project(settings, {"warehouse.engine": "duckdb"}) as opened:
        opened.build()
        yield opened


def test_three_columns_are_kept_whole(project: Project) -> None:
    lines = project.table("order_lines")
    assert period(lines) == (date(1997, 1, 1), date(1998, 6, 30))
    assert int(customer_facts(lines, date(1998, 6, 30))["lines"].sum()) == 6919


def test_the_published_summary(project: Project) -> None:
    summary = customer_summary(project.table("order_lines"), CALIBRATION)
    assert len(summary) == 2357
    assert summary["frequency"].sum() == 2457, "orders of zero dollars are purchases, as in the paper"
    assert (summary["frequency"] == 0).sum() == 1411
    assert summary["T"].max() == pytest.approx(272 / 7)


def test_the_published_parameters_from_states(project: Project) -> None:
    states = purchase_states(project.table("order_lines"), CALIBRATION)
    assert states["customers"].sum() == 2357
    assert (states["frequency"] * states["customers"]).sum() == 2457
    assert states.loc[states["frequency"] == 0, "customers"].sum() == 1411
    assert len(states) < 1500
    model = BetaGeoNBD().fit(states)
    expected = {"r": 0.24259, "alpha": 4.41360, "a": 0.79292, "b": 2.42589}
    assert model.params_.to_dict() == pytest.approx(expected, rel=1e-3)
    assert model.log_likelihood_ == pytest.approx(-9582.429, abs=0.01)

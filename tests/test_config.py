"""Settings: command line over environment over file, and refusals that name the key."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from crm_analysis.config import ServeSettings, Settings, load_settings
from crm_analysis.errors import ConfigError

DATA = Path(__file__).parent.parent / "data"


def _file(folder: Path, text: str) -> Path:
    path = folder / "crm.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_has_every_default(tmp_path: Path) -> None:
    settings = load_settings(_file(tmp_path, ""), environment={})
    assert settings.project.currency == "USD"
    assert settings.analysis.horizon_days == 90
    assert settings.analysis.margin == 0.30
    assert settings.warehouse.engine == "duckdb"
    assert settings.cleaning.duplicates == "auto"
    assert settings.decisions.global_holdout_share == 0.05
    assert settings.sources == {}


def test_command_line_over_environment_over_file(tmp_path: Path) -> None:
    file = _file(tmp_path, '[project]\nlang = "en"\ncurrency = "EUR"\n[analysis]\nhorizon_days = 30\n')
    environment = {
        "CRM_ANALYSIS_PROJECT__LANG": "ko",
        "CRM_ANALYSIS_ANALYSIS__HORIZON_DAYS": "60",
        "CRM_ANALYSIS_REALDATA": "/somewhere",
        "PROJECT__LANG": "xx",
    }
    from_environment = load_settings(file, environment=environment)
    assert (from_environment.lang, from_environment.analysis.horizon_days) == ("ko", 60)
    assert from_environment.project.currency == "EUR"
    given = load_settings(file, {"analysis.horizon_days": 45, "project.name": "가게"}, environment)
    assert (given.analysis.horizon_days, given.lang, given.name) == (45, "ko", "가게")


def test_nested_tables_are_read(tmp_path: Path) -> None:
    text = """
[analysis]
as_of = 2024-06-30
[sources.order_lines]
path = "lines.csv"
[sources.order_lines.columns]
customer_id = "회원번호"
[cleaning]
sale_status = ["paid", "shipped"]
[decisions.channels.email]
cost = 0.02
[[decisions.offers]]
name = "coupon"
kind = "money"
cost_share = 0.1
"""
    settings = load_settings(_file(tmp_path, text), {"sources.order_lines.path": "other.csv"}, {})
    assert settings.analysis.as_of == date(2024, 6, 30)
    assert settings.sources["order_lines"].path == "other.csv"
    assert settings.sources["order_lines"].columns == {"customer_id": "회원번호"}
    assert settings.cleaning.sale_status == ("paid", "shipped")
    assert settings.decisions.channels["email"].cost == 0.02
    assert settings.decisions.offers[0].name == "coupon"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[project]\ncurency = 'EUR'\n", r"setting 'project.curency' is not known. Did you mean 'currency'\?"),
        ("[projct]\nname = 'x'\n", r"setting 'projct' is not known. Did you mean 'project'\?"),
        ("[sources.order_lines]\npth = 'x'\n", r"'sources.order_lines.pth' is not known. Did you mean 'path'\?"),
        ("path = 'x'\n", r"'path' is not known. Did you mean 'paths'\?"),
        ("[warehouse]\nzzzz = 1\n", r"'warehouse.zzzz' is not known. Known here: engine, path, memory_limit"),
        ("[project]\ncurrency = 'euro'\n", r"setting 'project.currency' cannot be 'euro'"),
        ("[project]\nlang = 'de'\n", r"setting 'project.lang' cannot be 'de'"),
        ("[project]\ntime_zone = 'Mars/Base'\n", r"setting 'project.time_zone' cannot be 'Mars/Base': .*Europe/London"),
        ("[analysis]\nhorizon_days = 0\n", r"setting 'analysis.horizon_days' cannot be 0"),
        ("[analysis]\nas_of = 'soon'\n", r"setting 'analysis.as_of' cannot be 'soon'"),
        ("[decisions]\ncontrol_share = 0.9\n", r"setting 'decisions.control_share' cannot be 0.9"),
        ("[sources.order_lines]\ndelimiter = ';;'\n", r"'sources.order_lines.delimiter' cannot be ';;'"),
        ("[project\n", r"crm.toml is not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_settings(_file(tmp_path, text), environment={})


def test_the_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no file of settings crm.toml. 'crm-analysis init DIR' makes one"):
        load_settings(tmp_path, environment={})
    _file(tmp_path, "[project]\nname = 'here'\n")
    assert load_settings(tmp_path, environment={}).name == "here", "a folder stands for its crm.toml"


def test_a_file_from_windows_is_read(tmp_path: Path) -> None:
    (tmp_path / "crm.toml").write_bytes("\ufeff[project]\r\nname = '가게'\r\n".encode())
    assert load_settings(tmp_path, environment={}).name == "가게"
    (tmp_path / "crm.toml").write_bytes("[project]\nname = '가게'\n".encode("cp949"))
    with pytest.raises(ConfigError, match="is not valid TOML"):
        load_settings(tmp_path, environment={})


def test_settings_do_not_change(tmp_path: Path) -> None:
    settings = load_settings(_file(tmp_path, ""), environment={})
    with pytest.raises(ValidationError, match="frozen"):
        settings.project.name = "other"  # type: ignore[misc]


def test_paths_start_at_the_file(tmp_path: Path) -> None:
    settings = load_settings(_file(tmp_path, "[paths]\nreports = '../out'\n"), environment={})
    assert settings.root == tmp_path.resolve()
    assert settings.reports == (tmp_path.parent / "out").resolve()
    assert settings.warehouse_path == tmp_path.resolve() / "data" / "warehouse"
    assert settings.notebooks == tmp_path.resolve() / "notebooks"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Complete Journey!", "complete_journey"),
        ("  a/b\\c:d ", "a_b_c_d"),
        ("가게 1호", "가게_1호"),
        ("???", "project"),
        ("x" * 99, "x" * 60),
    ],
)
def test_the_name_as_a_folder(name: str, slug: str) -> None:
    assert Settings.model_validate({"project": {"name": name}}).slug == slug


@pytest.mark.parametrize("file", sorted(DATA.glob("*.toml")), ids=lambda path: path.name)
def test_settings_in_the_repository_are_valid(file: Path) -> None:
    settings = load_settings(file, environment={})
    assert settings.project.example
    assert settings.notebooks == DATA.parent / "notebooks"
    assert settings.warehouse_path.parent == DATA / "warehouse"


def test_waiting_kernels_take_places_from_visitors_but_never_the_last() -> None:
    assert ServeSettings(max_kernels=6, preheated=1).most_visitors == 5
    assert ServeSettings(max_kernels=1, preheated=3).most_visitors == 1


def test_the_base_of_addresses_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "crm.toml").write_text('[serve]\nbase_url = "shop"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="base_url"):
        load_settings(tmp_path)

"""The app in the kernel: what its widgets show after each choice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ipywidgets import HTML, Button, Checkbox, Dropdown, IntSlider, Text, ToggleButtons, Widget

from crm_analysis.dashboard import Dashboard
from crm_analysis.messages import use_language

from .conftest import HOSTILE, NEW, OLD, make_run


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


@pytest.fixture
def app(reports: Path) -> Dashboard:
    return Dashboard(reports, "corner_shop", "/")


def widgets(root: Widget, kind: type) -> list[Widget]:
    found = [root] if isinstance(root, kind) else []
    return found + [one for child in getattr(root, "children", ()) for one in widgets(child, kind)]


def told(app: Dashboard) -> str:
    return " ".join(one.value for one in widgets(app.box, HTML))


def named(app: Dashboard, kind: type, description: str) -> Widget:
    (one,) = [w for w in widgets(app.box, kind) if w.description == description]
    return one


def tabs(app: Dashboard) -> ToggleButtons:
    return next(w for w in widgets(app.box, ToggleButtons) if len(w.options) > 2)


def test_it_opens_on_the_first_screen_of_the_newest_run(app: Dashboard) -> None:
    assert named(app, Dropdown, "Run").value == NEW
    assert "First screen en" in told(app)
    assert "Data: 2 parts are missing something" in told(app)
    assert HOSTILE not in told(app)


def test_every_tab_shows_its_page(app: Dashboard) -> None:
    for label, value in tabs(app).options:
        tabs(app).value = value
        assert len(told(app)) > 100, label
    tabs(app).value = "03_direction.html"
    assert "Step 03 en" in told(app)


def test_another_run_and_another_language(app: Dashboard) -> None:
    named(app, Dropdown, "Run").value = OLD
    assert f"{OLD}/02_customers.html" in told(app)
    (lang,) = [w for w in widgets(app.box, ToggleButtons) if len(w.options) == 2]
    lang.value = "ko"
    assert "First screen ko" in told(app)
    assert [w.description for w in widgets(app.box, Dropdown)] == ["데이터 세트", "실행"]


def test_a_table_is_searched_sorted_turned_and_downloaded(app: Dashboard) -> None:
    tabs(app).value = "tables"
    named(app, Dropdown, "Table").value = "customer_scores"
    assert f'href="/report/corner_shop/{NEW}/tables/customer_scores.csv"' in told(app)
    assert "300 rows, 1 to 25 shown" in told(app)
    named(app, Button, "Next").click()
    assert "300 rows, 26 to 50 shown" in told(app)
    named(app, Dropdown, "Sort by").value = "customer_id"
    named(app, Checkbox, "Largest first").value = True
    assert told(app).index("C0299") < told(app).index("C0298")
    named(app, Text, "Search").value = "c0042"
    assert "1 row, 1 to 1 shown" in told(app)
    assert named(app, Button, "Next").disabled
    assert named(app, Button, "Back").disabled


def test_a_slider_moves_the_numbers_that_depend_on_it_and_no_others(app: Dashboard) -> None:
    tabs(app).value = "what_if"
    before = [one.value for one in widgets(app.box, HTML)]
    (points,) = widgets(app.box, IntSlider)
    points.value = 7
    after = [one.value for one in widgets(app.box, HTML)]
    (moved,) = [text for text, old in zip(after, before, strict=True) if text != old]
    assert "7 points more retention" in moved


def test_a_margin_moves_everything_that_is_shown(app: Dashboard) -> None:
    tabs(app).value = "what_if"
    margin = next(w for w in widgets(app.box, Widget) if getattr(w, "description", "") == "Margin")
    before = [one.value for one in widgets(app._body, HTML)][1:]
    margin.value = 0.5
    after = [one.value for one in widgets(app._body, HTML)][1:]
    assert all(text != old for text, old in zip(after, before, strict=True))


def test_a_run_published_after_the_page_was_made_is_found_and_opened(tmp_path: Path) -> None:
    make_run(tmp_path / "shop", OLD, 5)
    app = Dashboard(tmp_path, "shop")
    make_run(tmp_path / "shop", NEW, 6)
    named(app, Button, "Look for new runs").click()
    assert named(app, Dropdown, "Run").value == NEW


def test_without_a_report_it_says_so(tmp_path: Path) -> None:
    assert "There is no report yet." in told(Dashboard(tmp_path))

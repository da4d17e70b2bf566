"""The panel in JupyterLab, as a person uses it, in both languages."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import NAME, Lab

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SECONDS = 1000.0


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where pictures go."""
    folder = Path(os.environ.get("CRM_ANALYSIS_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def open_panel(lab: Lab, browser: Any) -> Iterator[Callable[[str], Any]]:
    """Open JupyterLab in a language, and the panel from its launcher; errors and requests elsewhere fail the test."""
    problems: list[str] = []
    pages = []

    def open_in(locale: str) -> Any:
        lab.speak(locale)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        pages.append(page)
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: problems.append(str(e)))
        page.on("dialog", lambda d: (problems.append(f"dialog {d.message}"), d.dismiss()))
        page.on(
            "request",
            lambda r: (
                problems.append(r.url)
                if not r.url.startswith((lab.address, lab.address.replace("http", "ws"), "data:", "blob:"))
                else None
            ),
        )
        page.goto(f"{lab.address}/lab?token={lab.token}&reset")
        name = "CRM 분석" if locale.startswith("ko") else "CRM analysis"
        page.locator(".jp-LauncherCard", has_text=name).click(timeout=60 * SECONDS)
        page.locator("#crm-analysis-panel").wait_for()
        return page

    yield open_in
    for page in pages:
        page.close()
    assert problems == []


def test_a_run_is_started_followed_and_its_report_opened(open_panel, lab: Lab, shots: Path) -> None:
    page = open_panel("default")
    panel = page.locator("#crm-analysis-panel")
    panel.get_by_role("tab", name="Run", exact=True).click()
    assert panel.get_by_label("Settings", exact=True).locator("option").first.inner_text() == NAME
    panel.get_by_label("To step", exact=True).select_option("01")
    panel.get_by_role("button", name="Run", exact=True).click()
    assert panel.get_by_role("button", name="Cancel the run").is_enabled()
    status = page.locator(".crm-Status")
    status.get_by_text(re.compile("CRM: 0")).wait_for(timeout=60 * SECONDS)
    page.screenshot(path=shots / "panel_running.png")
    done = panel.locator(".crm-Step.crm-mod-done")
    done.first.wait_for(timeout=60 * SECONDS)
    panel.get_by_role("button", name="Open the report").click(timeout=60 * SECONDS)
    assert done.count() == 2
    assert page.locator(".crm-Status").count() == 0
    report = page.frame_locator(".jp-IFrame iframe")
    report.get_by_role("link", name=re.compile("Environment")).first.click()
    report.locator(".plot svg").first.wait_for(timeout=30 * SECONDS)
    page.screenshot(path=shots / "panel_report.png")
    panel.get_by_role("tab", name="Runs", exact=True).click()
    card = panel.locator(".crm-Card", has_text="single steps")
    card.wait_for()
    assert "done" in card.inner_text()
    assert panel.locator("img").count() == 0, "a name was taken for markup"


def test_a_failure_is_told_in_one_message_and_a_run_is_cancelled(open_panel, lab: Lab, shots: Path) -> None:
    folder = lab.root / "broken"
    folder.mkdir()
    (folder / "crm.toml").write_text("[project]\nname = 'broken'\n[sources.order_lines]\npath = 'nowhere.csv'\n")
    shutil.copytree(lab.root / "shop" / "notebooks", folder / "notebooks")
    page = open_panel("default")
    panel = page.locator("#crm-analysis-panel")
    panel.get_by_role("tab", name="Run", exact=True).click()
    panel.get_by_label("Settings", exact=True).select_option(label="broken")
    panel.get_by_role("button", name="Run", exact=True).click()
    panel.get_by_text("Last run: failed").wait_for(timeout=60 * SECONDS)
    page.screenshot(path=shots / "panel_failed.png")
    assert "nowhere.csv" in panel.get_by_role("alert").inner_text()
    assert "\n" not in panel.get_by_role("alert").inner_text()
    panel.get_by_label("Settings", exact=True).select_option(label=NAME)
    panel.get_by_role("button", name="Run", exact=True).click()
    panel.get_by_text("running", exact=True).wait_for(timeout=60 * SECONDS)
    panel.get_by_role("button", name="Cancel the run").click()
    panel.get_by_text("Last run: cancelled").wait_for(timeout=60 * SECONDS)
    assert panel.get_by_role("button", name="Go on where it stopped").is_enabled()


def test_data_of_ones_own_becomes_a_workspace_from_the_menu_of_a_file(open_panel, lab: Lab, shots: Path) -> None:
    page = open_panel("default")
    page.locator(".jp-SideBar [data-id=filebrowser]").click()
    page.locator(".jp-DirListing-item", has_text="another.csv").click(button="right")
    page.get_by_role("menuitem", name="Analyse as order lines").click()
    panel = page.locator("#crm-analysis-panel")
    name = panel.get_by_label("Name of the project")
    name.wait_for(timeout=30 * SECONDS)
    assert panel.get_by_label("amount becomes").input_value() == "amount"
    panel.get_by_label("amount becomes").select_option("")
    panel.get_by_role("alert").filter(has_text="amount").wait_for()
    assert panel.get_by_role("button", name="Save and check").is_disabled()
    panel.get_by_label("amount becomes").select_option("amount")
    panel.get_by_role("alert").wait_for(state="detached")
    name.fill("from a file")
    page.screenshot(path=shots / "panel_data.png")
    panel.get_by_role("button", name="Save and check").click()
    panel.get_by_label("What the check found").wait_for(timeout=60 * SECONDS)
    page.screenshot(path=shots / "panel_check.png")
    assert "from a file" in (lab.root / "crm.toml").read_text(encoding="utf-8")


def test_it_speaks_korean_and_is_moved_through_with_keys(open_panel, shots: Path) -> None:
    page = open_panel("ko-KR")
    panel = page.locator("#crm-analysis-panel")
    names = ["데이터", "실행", "결정", "실행 이력", "예약 실행"]
    assert panel.get_by_role("tab").all_inner_texts() == names
    panel.get_by_role("tab", name="데이터", exact=True).click()
    for number, name in enumerate(names):
        tab = panel.get_by_role("tab", name=name, exact=True)
        assert tab.get_attribute("aria-selected") == "true"
        assert page.evaluate("document.activeElement.id") == tab.get_attribute("id")
        page.wait_for_timeout(500)
        page.screenshot(path=shots / f"panel_ko_{number}.png")
        page.keyboard.press("ArrowRight")
    assert panel.get_by_role("tab", name="데이터", exact=True).get_attribute("aria-selected") == "true"
    nameless = (
        "[...document.querySelectorAll('#crm-analysis-panel :is(button, select, input)')].filter(e => !(e.innerText"
    )
    nameless += " || e.ariaLabel || e.labels?.length)).length"
    assert page.evaluate(nameless) == 0

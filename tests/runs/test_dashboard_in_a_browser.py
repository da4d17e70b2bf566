"""The dashboard as a visitor opens it, in Chromium: both languages, both themes, a wide and a narrow screen."""

from __future__ import annotations

import os
import re
import signal
import subprocess

import pandas as pd
import pytest

from .conftest import COMMAND

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LOOKS = [("en", "light", 1280), ("ko", "dark", 1280), ("en", "dark", 390), ("ko", "light", 390)]
HEADINGS = {
    "en": {"03_direction.html": "Direction", "what_if": "more retention", "tables": "rows"},
    "ko": {"03_direction.html": "전략 방향", "what_if": "고객 유지율", "tables": "행"},
}


@pytest.fixture(scope="module")
def address(english):
    process = subprocess.Popen(
        [*COMMAND, "serve", str(english.root), "--no-browser", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    yield re.search(r"http://\S+", process.stdout.readline())[0]
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)


@pytest.fixture
def visitor(browser, address, request):
    """A page in the dashboard and what went wrong in it; nothing may by the end."""
    lang, theme, width = getattr(request, "param", ("en", "light", 1280))
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    page, problems = context.new_page(), []
    own = address.split("?")[0]
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: problems.append(str(e)))
    page.on("response", lambda r: problems.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    local = (own, own.replace("http", "ws"), "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(local) else problems.append(r.url))
    page.on("websocket", lambda w: None if w.url.startswith(local) else problems.append(w.url))
    page.goto(address)
    page.wait_for_selector(".crm-app h1", timeout=90_000)
    if lang == "ko":
        page.get_by_role("button", name="한국어").click()
        page.wait_for_function("/[가-힣]/.test(document.querySelector('.crm-app h1')?.textContent)")
    yield page
    page.close(run_before_unload=True)
    context.close()
    assert problems == []


def turn_to(page, tab, text):
    page.locator(f'.crm-tabs button[title="{tab}"]').click()
    page.wait_for_function(
        "t => document.querySelector('.crm-body')?.textContent.includes(t)", arg=text, timeout=60_000
    )


@pytest.mark.parametrize(("visitor", "look"), [(look, look) for look in LOOKS], indirect=["visitor"])
def test_headings_numbers_and_figures_are_there_and_nothing_scrolls_sideways(visitor, look, english, tmp_path):
    page, (lang, theme, width) = visitor, look
    plan = pd.read_parquet(english.report / "tables" / "contact_plan.parquet")
    assert f"{(plan['arm'] == 'contact').sum():,}" in page.locator(".crm-app h1").inner_text()
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    red = page.evaluate("+getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
    assert (red < 64) == (theme == "dark")
    for tab, heading in HEADINGS[lang].items():
        turn_to(page, tab, heading)
        if tab != "tables":
            page.wait_for_function(
                "[...document.querySelectorAll('.crm-body .plot')].every(p => p.querySelector('svg'))"
            )
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab
        page.screenshot(path=tmp_path / f"{tab}.png")
    html = page.content()
    assert "open_step(" not in html
    assert "open_dashboard" not in html


def test_a_slider_moves_its_number_and_the_chart(visitor):
    turn_to(visitor, "what_if", "would reach")
    for handle, shown in ((1, ".crm-answers .crm-html:nth-child(2)"), (2, ".crm-answers .crm-html:nth-child(3)")):
        before = visitor.locator(shown).inner_text(), visitor.locator(".figure-title").inner_text()
        visitor.locator(".crm-sliders .noUi-handle").nth(handle).focus()
        visitor.keyboard.press("ArrowLeft")
        visitor.wait_for_function("([s, t]) => document.querySelector(s).innerText !== t", arg=[shown, before[0]])
        visitor.wait_for_function("t => document.querySelector('.figure-title').innerText !== t", arg=before[1])
        visitor.wait_for_selector(".crm-body .plot svg")


def test_links_turn_to_their_tab_numbers_open_and_the_theme_is_kept(visitor):
    visitor.get_by_role("button", name="Dark or light").click()
    assert visitor.evaluate("document.documentElement.dataset.theme") == "dark"
    assert visitor.evaluate("localStorage.getItem('crm-theme')") == "dark"
    visitor.locator(".crm-app h1 button.number").last.click()
    assert visitor.locator("#n-cost").is_visible()
    visitor.keyboard.press("Escape")
    visitor.locator(".answers a").nth(3).click()
    visitor.wait_for_function("document.querySelector('.crm-body h1')?.textContent === 'Direction'")
    assert visitor.locator(".crm-tabs button.mod-active").get_attribute("title") == "03_direction.html"
    visitor.locator(".crm-head .badge").click()
    visitor.wait_for_function("document.querySelector('.crm-body h1')?.textContent === 'Data quality'")


def test_a_table_is_found_searched_and_saved(visitor, english):
    turn_to(visitor, "tables", "rows")
    scores = pd.read_parquet(english.report / "tables" / "customer_scores.parquet")
    visitor.get_by_label("Table").select_option(f"02 customer_scores ({len(scores):,})")
    visitor.wait_for_function(
        "t => document.querySelector('.crm-body').innerText.includes(t)", arg=f"{len(scores)} rows"
    )
    somebody = scores["customer_id"].iloc[-1]
    visitor.get_by_label("Search").fill(somebody)
    visitor.keyboard.press("Enter")
    visitor.wait_for_function("document.querySelectorAll('.crm-body tbody tr').length === 1")
    assert somebody in visitor.locator(".crm-body tbody").inner_text()
    with visitor.expect_download() as saved:
        visitor.get_by_role("link", name="Download as CSV").click()
    assert len(pd.read_csv(saved.value.path())) == len(scores)

"""The pages as a reader opens them: from disk, in Chromium, in both languages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crm_analysis.workflow.steps import STEPS

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PAGES = ["index.html", "action_champions_retain.html", *[step.page for step in STEPS]]


@pytest.mark.parametrize("lang", ["english", "korean"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_open_from_disk_without_errors(lang, width, browser, request, tmp_path):
    report = request.getfixturevalue(lang).report
    shots = Path(os.environ.get("CRM_ANALYSIS_SCREENSHOTS", tmp_path))
    shots.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        page = browser.new_page(viewport={"width": width, "height": 800})
        problems: list[str] = []
        page.on("console", lambda m, p=problems: p.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e, p=problems: p.append(str(e)))
        page.on("requestfailed", lambda r, p=problems: p.append(f"failed {r.url}"))
        page.on(
            "request",
            lambda r, p=problems: p.append(r.url) if not r.url.startswith(("file:", "data:", "blob:")) else None,
        )
        page.goto((report / name).as_uri())
        page.wait_for_timeout(400)
        drawn = page.evaluate("[...document.querySelectorAll('.plot')].every(e => e.querySelector('svg'))")
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.screenshot(path=shots / f"{lang}_{width}_{name}.png", full_page=True)
        page.close()
        assert problems == [], (name, problems)
        assert drawn, f"a figure of {name} is not drawn"
        assert wide <= width, f"{name} scrolls sideways at {width} px"


def test_a_figure_is_saved_as_a_picture(korean, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto((korean.report / "01_environment.html").as_uri())
    plot = page.locator("div.plot").first
    plot.hover()
    (button,) = page.locator(".modebar-btn").all()[:1]
    assert button.get_attribute("data-title") == "그림 파일로 저장"
    assert plot.locator(".modebar-btn").count() == 1, "no other button"
    with page.expect_download() as saved:
        button.click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
    page.close()


def test_the_first_screen_fits_without_scrolling(english, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto((english.report / "index.html").as_uri())
    bottom = page.evaluate("document.querySelector('.facts').getBoundingClientRect().bottom")
    page.close()
    assert bottom <= 800


def test_a_number_opens_its_definition_and_closes_it(english, browser):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((english.report / "index.html").as_uri())
    number = page.locator("h1 button.number").last
    number.click()
    told = page.locator("#n-cost")
    assert told.is_visible()
    assert "Sum of cost" in told.inner_text()
    assert "contact_plan" in told.inner_text()
    box = told.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    assert not told.is_visible()
    page.close()


def test_the_language_is_switched_and_switched_back(english, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto((english.report / "index.html").as_uri())
    page.get_by_role("link", name="한국어").click()
    assert page.locator("html").get_attribute("lang") == "ko"
    page.get_by_role("link", name="고객 분석").first.click()
    assert page.url.endswith("/ko/02_customers.html")
    page.wait_for_selector(".plot svg")
    page.get_by_role("link", name="English").click()
    assert page.url.endswith("/02_customers.html")
    assert "/ko/" not in page.url
    assert page.locator("html").get_attribute("lang") == "en"
    page.close()


def test_korean_has_glyphs(korean, browser):
    page = browser.new_page()
    page.goto((korean.report / "index.html").as_uri())
    widths = page.evaluate(
        "() => { const c = document.createElement('canvas').getContext('2d');"
        "c.font = '20px ' + getComputedStyle(document.body).fontFamily;"
        "const ink = t => { c.clearRect(0,0,200,60); c.fillText(t, 5, 30);"
        "return [...c.getImageData(0,0,200,60).data].reduce((a,b)=>a+b,0) };"
        "return [ink('가'), ink('뷁'), ink('힣')] }"
    )
    page.close()
    assert len(set(widths)) == 3, "Korean letters look alike: a font is missing (apt-get install fonts-noto-cjk)"

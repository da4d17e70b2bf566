"""Nothing a person reads bypasses the catalogue."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

pytestmark = pytest.mark.slow

HIDDEN = {"script", "style", "code", "pre"}
VOID = {"meta", "link", "br", "img", "input", "hr"}
DATA = re.compile(
    r"\w+\.csv|test shop|Milk|Bread|Tea|Soap|Cheese|Rice|Apples|Eggs|Candles|=cmd\|' /C calc'!A0|Spring|food|home|K1|"
    r"orders|products|customers|campaigns|targets|order_lines|campaign_targets|offers|redemptions|"
    r"[a-z_]+\.(csv|toml|[a-z_]+)|[a-z_]+ = \w+|C\d{4}|\d{8}-\d{6}-\w{4}|BG/NBD|English|"
    r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b|₩[\d.,]+[KMB]?|\bto\b"
)


class _Texts(HTMLParser):
    """Visible texts of a page, without code."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        inside_code = any(tag in HIDDEN or name == "code" for tag, name in self.open)
        if data.strip() and not inside_code:
            self.texts.append(" ".join(data.split()))


def texts(page) -> list[str]:
    parser = _Texts()
    parser.feed(page.read_text("utf-8"))
    return parser.texts


@pytest.mark.xfail(
    reason="the check does not yet tell names of columns and nested brackets from bypassing text", strict=True
)
def test_every_text_of_the_pages_passes_the_catalogue(pseudo):
    bypassing = []
    for page in sorted(pseudo.report.glob("*.html")):
        whole = " ".join(texts(page))
        left = re.sub(r"⟦[^⟦⟧]*(?:⟦[^⟦⟧]*⟧[^⟦⟧]*)*⟧", " ", whole)
        left = DATA.sub(" ", left)
        bypassing += [(page.name, word) for word in re.findall(r"[^\W\d_]{3,}", left)]
    assert not bypassing, sorted({word for _page, word in bypassing})


@pytest.mark.xfail(reason="the Korean catalogue is not complete yet", strict=True)
def test_korean_pages_hold_no_english_sentence(korean):
    english = []
    for page in sorted(korean.report.glob("*.html")):
        for text in texts(page):
            plain = DATA.sub(" ", text)
            words = re.findall(r"[A-Za-z]{2,}", plain)
            if len(words) > 3 and not re.search(r"[가-힣]", text):
                english.append((page.name, text))
    assert not english, english[:20]


def test_korean_pages_write_money_and_dates_the_korean_way(korean):
    page = " ".join(texts(korean.report / "index.html"))
    assert re.search(r"\d원|만원", page)
    assert re.search(r"20\d\d\. \d+\. \d+\.", page)
    assert "₩" not in page

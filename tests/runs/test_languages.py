"""Nothing a person reads bypasses the catalogue: the pseudo language shows it word by word, Korean in sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_analysis.contract import SOURCE_TABLES
from crm_analysis.contract.handed_over import HANDED_OVER
from crm_analysis.decisions.readiness import PARTS
from crm_analysis.models import CANDIDATES, GammaGamma
from crm_analysis.pseudo import pseudo_translate
from crm_analysis.workflow.steps import STEPS

from .conftest import Workspace
from .pages import page_texts
from .shops import CAMPAIGNS, PRODUCTS, SAID, SMALL

pytestmark = pytest.mark.slow

PAGES = ["index.html", "action_champions_retain.html", *[step.page for step in STEPS]]
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
TABLES = {*SOURCE_TABLES, *(needs.split(".")[0] for _part, _step, needs in PARTS)}
COLUMNS = {
    *(column.name for table in SOURCE_TABLES.values() for column in table.columns),
    *(needs.split(".")[1] for _part, _step, needs in PARTS),
}


def _one_of(words: set[str] | list[str]) -> str:
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"


TABLE, COLUMN = _one_of(TABLES), _one_of(COLUMNS)
WHOLE_TEXTS = {SMALL.name, *PRODUCTS, *PRODUCTS.values(), *CAMPAIGNS, *CAMPAIGNS.values(), *TABLES}
WHOLE_PATTERNS = [
    rf"{re.escape(SAID)}.*",
    MONTH,
    rf"\d{{1,2}} {MONTH}",
    rf"{COLUMN} = {COLUMN}(?:, {COLUMN} = {COLUMN})*",
]
"""Texts that are data or names as a whole: nothing else may stand in the cell."""
INSIDE = [
    *map(re.escape, [*PRODUCTS, *CAMPAIGNS.values(), SMALL.name]),
    rf"\b\d{{1,2}} {MONTH}(?: \d{{4}})?\b",
    rf"\b{MONTH} \d{{4}}\b",
    rf"\b{TABLE}\.{COLUMN}\b",
    rf"\b{_one_of(list(SMALL.tables.values()))}",
    r"\bC\d{4}\b",
    r"\b\d{8}-\d{6}-[0-9a-f]{4}\b",
    *(rf"\b{re.escape(kind.NAME)}\b" for kind in (*CANDIDATES, GammaGamma)),
    r"&nbsp;",
    rf"\b{_one_of(list(HANDED_OVER))}(?=, )",
    # names in the few sentences that are about them
    pseudo_translate("{table} has no {column}.").replace("{table}", TABLE).replace("{column}", COLUMN).strip("⟦⟧"),
    pseudo_translate("order_lines has no {column}.").replace("{column}", COLUMN).strip("⟦⟧"),
    pseudo_translate("Table {table} fills this: name its file in crm.toml under [sources.{table}].")
    .replace("[", r"\[")
    .replace("{table}", TABLE)
    .strip("⟦⟧"),
    pseudo_translate("First category: {value}").replace("{value}", r"\w+").strip("⟦⟧"),
    pseudo_translate("Add it to [sources.{table}]").replace("[", r"\[").replace("{table}", TABLE).strip("⟦⟧"),
]
"""Values that may stand inside a sentence."""


def _bypassing(text: str) -> list[str]:
    """Words of a text in the pseudo language that no message holds: they lack the accents it puts on letters."""
    if text in WHOLE_TEXTS or any(re.fullmatch(pattern, text) for pattern in WHOLE_PATTERNS):
        return []
    for pattern in INSIDE:
        text = re.sub(pattern, " ", text)
    outside = re.sub(r"⟦[^⟦⟧]*⟧", " ", _without_nested(text))
    bare = re.findall(r"[^\W\d_]{2,}", outside)
    plain = [word for word in re.findall(r"[^\W\d]{2,}", text) if re.search("[aceinosuyzACEINOSUYZ]", word)]
    return sorted({*bare, *plain})


def _without_nested(text: str) -> str:
    """A message inside a slot of another one gives its brackets up."""
    inner = re.compile(r"(⟦[^⟦⟧]*)⟦([^⟦⟧]*)⟧")
    while inner.search(text):
        text = inner.sub(r"\1\2", text)
    return text


@pytest.mark.parametrize("page", PAGES)
def test_every_word_of_a_page_comes_from_the_catalogue(page: str, pseudo: Workspace) -> None:
    texts = page_texts(pseudo.report / page)
    assert sum("⟦" in text for text in texts) > 15
    found = {text: words for text in texts if (words := _bypassing(text))}
    assert found == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Customers", ["Customers"]),
        ("⟦Čúštómérš⟧ and more", ["and", "more"]),
        ("⟦{0} čúštómérš⟧".replace("{0}", "loyal"), ["loyal"]),
        ("⟦Ál ⟦íńńér⟧ öf⟧ bd", ["bd"]),
        ("⟦Čúštómérš⟧ · 9 Jun 2024 · ₩1.2M", []),
        ("channel", ["channel"]),
        ("order_lines.channel", []),
    ],
)
def test_the_check_sees_what_bypasses(text: str, words: list[str]) -> None:
    assert _bypassing(text) == words


def test_the_command_line_speaks_the_pseudo_language(
    run_main: Callable[..., tuple[int, str, str]], pseudo: Workspace
) -> None:
    status, out, _err = run_main("runs", "show", "latest", str(pseudo.root))
    assert status == 0
    page, *answers = out.splitlines()
    assert page.endswith("index.html")
    assert len(answers) == len(STEPS)
    assert {line: words for line in answers if (words := _bypassing(line))} == {}


KNOWN_IN_KOREAN = [
    *INSIDE,
    rf"\[(?:analysis|sources\.{TABLE})\]",
    rf"\b(?:{TABLE}|{COLUMN})\b",
    r"\b[\w.]+\.(?:csv|toml|ipynb|html|parquet)\b",
    r"\b(?:RFM|RMSE|CRM|CSV|Gamma-Gamma|lifetimes|KRW|USD|quarantine_\w+|margin_rate|crm-analysis)\b",
]


def _english_words(text: str) -> list[str]:
    for pattern in KNOWN_IN_KOREAN:
        text = re.sub(pattern, " ", text, flags=re.ASCII)  # a particle follows a name without a space
    return re.findall(r"[A-Za-z]{2,}", text)


def test_korean_pages_hold_no_english_sentence(korean: Workspace) -> None:
    english = {
        (page, text) for page in PAGES for text in page_texts(korean.report / page) if len(_english_words(text)) > 3
    }
    assert english == set()


def test_korean_headings_and_labels_are_korean(korean: Workspace) -> None:
    """Short texts too: a label of one word is as foreign as a sentence."""
    english = {
        (page, text)
        for page in PAGES
        for text in page_texts(korean.report / page)
        if text not in WHOLE_TEXTS and _english_words(text) and not re.search("[가-힣]", text)
    }
    assert english == set()


def test_a_report_in_two_languages_is_two_reports(english: Workspace, korean: Workspace) -> None:
    """The second language says word for word what a run in that language says."""
    run = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")

    def texts(page: Path) -> list[str]:
        """Without the switch of languages."""
        found = (re.sub("English|한국어", "", run.sub("RUN", text)).strip(" ·|") for text in page_texts(page))
        return [text for text in found if text]

    pages = {page.name for page in korean.report.glob("*.html")}
    assert {page.name for page in (english.report / "ko").glob("*.html")} == pages
    for name in sorted(pages):
        told, own = texts(english.report / "ko" / name), texts(korean.report / name)
        assert [t for t in told if t not in own] == [], name
        assert len(told) == pytest.approx(len(own), abs=2), name


def test_korean_pages_write_money_and_dates_the_korean_way(korean: Workspace) -> None:
    for page in PAGES:
        text = " ".join(page_texts(korean.report / page))
        assert "₩" not in text, page
        assert not re.search(rf"\b\d{{1,2}} {MONTH}\b", text), page
    first = " ".join(page_texts(korean.report / "index.html"))
    assert re.search(r"\d(?:만|억)?원", first)
    assert re.search(r"20\d\d\. \d{1,2}\. \d{1,2}\.", first)


def test_no_page_shows_an_unfilled_slot(english: Workspace, korean: Workspace, plain: Workspace) -> None:
    for workspace in (english, korean, plain):
        for page in PAGES:
            for text in page_texts(workspace.report / page):
                assert not re.search(r"\{[a-z_]*\}|\bnan\b|\bNone\b(?! of)|\bNaT\b|\bundefined\b", text), (page, text)

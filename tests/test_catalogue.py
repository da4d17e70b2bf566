"""The Korean catalogue: complete, with the same slots, in the words of the glossary."""

import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from crm_analysis.messages import slot_names

_PATH = Path(__file__).parent / "catalogue" / "extract.py"
_SPEC = importlib.util.spec_from_file_location("catalogue_extract", _PATH)
extract = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = extract
_SPEC.loader.exec_module(extract)

FORBIDDEN = {
    "이탈율": "이탈률",
    "컨택": "접촉",
    "휴면": "장기 미구매",
    "홀드아웃": "대조군, 검증 기간",
    "당신": "고객님",
    "되어지": "되",
    "가지고 있": "있",
}
COUNTER_WITH_PLURAL = re.compile(r"(?:\d|\})\s?(?:명|건|개|회)들")
RATE = re.compile(r"([가-힣])([률율])")
FINAL_N = 4


@pytest.fixture(scope="module")
def source():
    return extract.source_messages()


@pytest.fixture(scope="module")
def catalogue():
    return extract.read_catalogue()


@pytest.fixture(scope="module")
def translations(catalogue):
    return extract.translations_of(catalogue)


def test_every_message_has_a_translation(source, translations):
    missing = sorted({message.id for message in source} - set(translations))
    assert not missing, f"{len(missing)} messages without Korean, the first: {missing[:5]}"


def test_nothing_is_obsolete_or_fuzzy(source, catalogue):
    known = {message.id for message in source}
    entries = [extract._first(entry.id) for entry in catalogue if entry.id]
    assert sorted(set(entries) - known) == []
    assert list(catalogue.obsolete) == []
    assert [entry.id for entry in catalogue if entry.id and entry.fuzzy] == []


def test_the_file_is_as_the_tool_writes_it(catalogue):
    assert extract.CATALOGUE.read_text(encoding="utf-8") == extract.po_text(catalogue)


def test_translations_have_the_slots_of_their_message(source, translations):
    wrong = []
    for message in source:
        if message.markdown or message.id not in translations:
            continue
        expected = slot_names(message.plural or message.id)
        if slot_names(translations[message.id]) != expected:
            wrong.append((message.id, translations[message.id]))
    assert wrong == []


def test_translated_cells_keep_their_markdown(source, translations):
    wrong = [
        message.id
        for message in source
        if message.markdown and message.id in translations
        if _markdown_shape(message.id) != _markdown_shape(translations[message.id])
    ]
    assert wrong == []


def _markdown_shape(text):
    """Headings by level, list items, code and link targets."""
    return (
        re.findall(r"^#+ ", text, flags=re.M),
        len(re.findall(r"^\s*(?:[-*+]|\d+\.) ", text, flags=re.M)),
        Counter(re.findall(r"`[^`]+`", text)),
        Counter(re.findall(r"\]\(([^)]+)\)", text)),
    )


def test_translations_use_the_words_of_the_glossary(translations):
    wrong = [(bad, text) for text in translations.values() for bad in FORBIDDEN if bad in text]
    assert wrong == []


def test_no_plural_ending_after_a_count(translations):
    assert [text for text in translations.values() if COUNTER_WITH_PLURAL.search(text)] == []


def test_rates_are_spelled_by_the_sound_before_them(translations):
    assert [word for text in translations.values() for word in misspelled_rates(text)] == []


def misspelled_rates(text):
    """율 after a vowel or ㄴ, 률 after any other consonant."""
    finals = ((match, (ord(match.group(1)) - ord("가")) % 28) for match in RATE.finditer(text))
    return [match.group() for match, final in finals if (match.group(2) == "율") != (final in (0, FINAL_N))]


def test_the_rule_for_rates_knows_wrong_from_right():
    assert misspelled_rates("이탈률 비율 전환율 백분율 확률 이용률 재구매율") == []
    assert misspelled_rates("이탈율 비률 전환률") == ["탈율", "비률", "환률"]


def test_collects_sentences_counts_and_cells(tmp_path):
    (tmp_path / "crm_analysis").mkdir()
    (tmp_path / "crm_analysis" / "a.py").write_text(
        '_("one " "sentence {x}", x=1)\nplural("{n} a", "{n} b", n)\nmessages._("two")\nother._("not")\n'
    )
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "n.ipynb").write_text(
        '{"cells": [{"cell_type": "markdown", "source": ["# A\\n", "b\\n"]},'
        ' {"cell_type": "code", "source": "_()"}, {"cell_type": "markdown", "source": ""}]}'
    )
    found = {(m.id, m.plural, m.markdown) for m in extract.source_messages(tmp_path)}
    assert found == {
        ("one sentence {x}", "", False),
        ("{n} a", "{n} b", False),
        ("two", "", False),
        ("# A\nb", "", True),
    }


@pytest.mark.parametrize("call", ["_(text)", '_(f"a {b}")', "_()", 'plural("a", b, 2)'])
def test_a_message_that_cannot_be_collected_is_refused(call):
    with pytest.raises(extract.SourceError, match=r"a\.py:1: the message is not a string literal"):
        list(extract.python_messages(call, "a.py"))


def test_merging_keeps_translations_and_is_stable(tmp_path):
    messages = [
        extract.Message("b {x} 30 % d", "", "z.py", False),
        extract.Message("b {x} 30 % d", "", "a.py", False),
        extract.Message("{n} a", "{n} as", "a.py", False),
    ]
    old = {"b {x} 30 % d": "비 {x}", "{n} a": "{n}개", "gone": "없어짐"}
    catalogue = extract.merged(messages, old)
    extract.add_obsolete(catalogue, old)
    text = extract.po_text(catalogue)
    path = tmp_path / "ko.po"
    path.write_text(text, encoding="utf-8")
    again = extract.read_catalogue(path)
    assert extract.translations_of(again) == old
    assert extract.po_text(again) == text
    assert "#: a.py z.py\n" in text
    assert '#~ msgid "gone"' in text
    assert "format" not in text and "Date" not in text


def test_two_plurals_of_one_singular_are_refused():
    messages = [extract.Message("a", "b", "x.py", False), extract.Message("a", "c", "y.py", False)]
    with pytest.raises(extract.SourceError, match="has two plurals"):
        extract.merged(messages, {})


def test_no_particle_that_depends_on_a_sound_stands_bare_behind_a_slot(translations):
    bare = re.compile(r"\{\w+(?::[^}]*)?\}(?:이|가|을|를|은|는|과|와|로|으로)(?=[ .,]|$)")
    assert [text for text in translations.values() if bare.search(text)] == []

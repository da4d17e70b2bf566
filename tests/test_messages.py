"""Translation, slots, counts and the pseudo language."""

import subprocess
import sys
import threading

import pytest

from crm_analysis import messages
from crm_analysis.messages import (
    _,
    current_language,
    language,
    plural,
    slot_names,
    translate_markdown,
    use_language,
)
from crm_analysis.pseudo import pseudo_translate

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "{name} has left."
msgstr "{name|이/가} 이탈했습니다."

msgid "{rows:,} rows kept."
msgstr "{rows:,|을/를} 유지했습니다."

msgid "{n} customer in {segment}"
msgid_plural "{n} customers in {segment}"
msgstr[0] "{segment} 고객 {n}명"

#, fuzzy
msgid "An unsure sentence."
msgstr "불확실한 문장."

msgid "An empty one."
msgstr ""

msgid "A wrong {slot}."
msgstr "잘못된 {other}."

msgid "## Who leaves?\\n\\nText with {braces}."
msgstr "## 누가 이탈합니까?\\n\\n{braces} 글."
"""


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    folder = tmp_path / "locale" / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "crm_analysis.po").write_text(PO, encoding="utf-8")
    monkeypatch.setattr(messages, "__file__", str(tmp_path / "messages.py"))
    messages._catalogue.cache_clear()
    yield
    messages._catalogue.cache_clear()


@pytest.fixture
def english_after():
    yield
    use_language("en")


def test_english_fills_slots_and_specifications():
    assert _("{rows:,} rows of {file}, {share:.1f} {{sure}}", rows=1234, file="a.csv", share=0.26) == (
        "1,234 rows of a.csv, 0.3 {sure}"
    )


def test_a_value_is_never_read_as_a_template():
    assert _("Column {name}", name="{password}") == "Column {password}"


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_missing_value_reads_as_a_dash(missing):
    assert _("Worth {amount:,}", amount=missing) == "Worth –"


@pytest.mark.parametrize("message", ["{name.__class__}", "{name[0]}", "{0}", "{}", "{name!r}"])
def test_only_plain_names_are_slots(message):
    with pytest.raises(ValueError, match="not a plain name"):
        _(message, name="x")


def test_a_slot_without_value_is_an_error_of_the_caller():
    with pytest.raises(KeyError, match="file"):
        _("No column in {file}.")


def test_a_slot_may_be_named_like_a_parameter():
    assert _("{message}", message="text") == "text"


def test_korean_sentence_with_particle(catalogue):
    with language("ko"):
        assert _("{name} has left.", name="우량 고객") == "우량 고객이 이탈했습니다."
        assert _("{name} has left.", name="5%") == "5%가 이탈했습니다."
        assert _("{rows:,} rows kept.", rows=12345) == "12,345를 유지했습니다."


@pytest.mark.parametrize("sentence", ["Not in the catalogue.", "An unsure sentence.", "An empty one."])
def test_missing_fuzzy_and_empty_translations_give_english(catalogue, sentence):
    with language("ko"):
        assert _(sentence) == sentence


def test_a_translation_with_a_wrong_slot_gives_english(catalogue):
    with language("ko"):
        assert _("A wrong {slot}.", slot="one") == "A wrong one."


def test_counts_choose_the_sentence_and_are_formatted(catalogue):
    forms = "{n} customer in {segment}", "{n} customers in {segment}"
    assert plural(*forms, 1, segment="A") == "1 customer in A"
    assert plural(*forms, n=1234, segment="A") == "1,234 customers in A"
    assert plural(*forms, 0, segment="A") == "0 customers in A"
    with language("ko"):
        assert plural(*forms, 1, segment="신규") == "신규 고객 1명"
        assert plural(*forms, 1234, segment="신규") == "신규 고객 1,234명"
        assert plural("{n} file", "{n} files", 2) == "2 files"


def test_markdown_cells_are_looked_up_whole_and_have_no_slots(catalogue):
    cell = "\n## Who leaves?\n\nText with {braces}.\n"
    assert translate_markdown(cell) == "## Who leaves?\n\nText with {braces}."
    with language("ko"):
        assert translate_markdown(cell) == "## 누가 이탈합니까?\n\n{braces} 글."
        assert translate_markdown("Other {text}") == "Other {text}"
    with language("xx"):
        assert translate_markdown("Set {left} or `{right}`") == "⟦Šét {léft} ór `{right}`⟧"


def test_language_blocks_nest_and_end_with_an_error():
    with pytest.raises(RuntimeError, match="stop"), language("ko"):
        with language("xx"):
            assert current_language() == "xx"
        assert current_language() == "ko"
        raise RuntimeError("stop")
    assert current_language() == "en"


def test_use_language_reaches_threads_a_block_does_not(english_after):
    def in_a_thread():
        seen = []
        thread = threading.Thread(target=lambda: seen.append(current_language()))
        thread.start()
        thread.join()
        return seen[0]

    use_language("ko")
    assert (current_language(), in_a_thread()) == ("ko", "ko")
    with language("xx"):
        assert (current_language(), in_a_thread()) == ("xx", "ko")
    with language("xx"):
        use_language("en")
        assert current_language() == "en"


@pytest.mark.parametrize("use", [use_language, lambda lang: language(lang).__enter__()])
def test_an_unknown_language_is_refused(use):
    with pytest.raises(ValueError, match="unknown language 'fr': choose one of en, ko, xx"):
        use("fr")


def test_slot_names_without_particles_and_specifications():
    assert slot_names("{a|이/가} {b:,} {c:,|을/를} {{d}}") == {"a", "b", "c"}


def test_pseudo_brackets_a_message_and_spares_its_slots():
    with language("xx"):
        assert _("{name} spent {amount:,}", name="Ann", amount=1234) == "⟦Ann špéñt 1,234⟧"
        assert plural("{n} order", "{n} orders", 2) == "⟦2 órdérš⟧"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# Title", "# ⟦Títlé⟧"),
        ("One\ntwo\n\nthree", "⟦Óñé\ntwó⟧\n\n⟦thréé⟧"),
        ("- a\n- b\n  c", "- ⟦á⟧\n- ⟦b\n  č⟧"),
        ("1. a\n2. b", "1. ⟦á⟧\n2. ⟦b⟧"),
        ("> note", "> ⟦ñóté⟧"),
        ("run `crm check` on [a](data/a.html)", "⟦rúñ `crm check` óñ [á](data/a.html)⟧"),
        ("a<br>b &nbsp; https://a.io/x", "⟦á<br>b &nbsp; https://a.io/x⟧"),
        ("```\ncode\n\nmore\n```\na", "```\ncode\n\nmore\n```\n⟦á⟧"),
        ("| a | b |\n|---|--:|\n| c | `d` |", "| ⟦á⟧ | ⟦b⟧ |\n|---|--:|\n| ⟦č⟧ | ⟦`d`⟧ |"),
        ("# Head\ntext", "# ⟦Héád⟧\n⟦téxt⟧"),
        ("a\n\n---\n\nb", "⟦á⟧\n\n---\n\n⟦b⟧"),
    ],
)
def test_pseudo_keeps_markdown(source, expected):
    assert pseudo_translate(source) == expected


def test_english_reads_no_catalogue():
    code = (
        "import sys; from crm_analysis.messages import _, translate_markdown; _('x {a}', a=1);"
        "translate_markdown('# x'); sys.exit('babel.messages.pofile' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

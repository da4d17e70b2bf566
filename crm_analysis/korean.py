"""Korean particles (josa): the form that fits the final sound of the word before it.

The final sound is read as a person would say the text: Hangul by its last syllable, digits in Korean
(10 is 십, 10,000 is 만), units and signs by name (% is 퍼센트), Latin words by a small table of rules.
Closing brackets with what they hold and quotes are skipped: 쿠폰(5%)을. Where the sound is not known,
both forms are written: 을(를).
"""

from __future__ import annotations

import re
from enum import Enum

from crm_analysis.korean_latin import latin_final

__all__ = ["FinalSound", "final_sound", "particle", "with_particle"]


class FinalSound(Enum):
    """How a word ends when spoken in Korean."""

    VOWEL = "vowel"
    RIEUL = "rieul"
    CONSONANT = "consonant"
    UNKNOWN = "unknown"


_SOUNDS = {"": FinalSound.VOWEL, "ㄹ": FinalSound.RIEUL, "x": FinalSound.CONSONANT}

_HANGUL_FIRST, _HANGUL_LAST, _FINALS, _FINAL_RIEUL = "가", "힣", 28, 8

_DIGITS = {"0": "x", "1": "ㄹ", "2": "", "3": "x", "4": "", "5": "", "6": "x", "7": "ㄹ", "8": "ㄹ", "9": ""}
_ZEROS_OF_JO = 12  # 조, the first power of ten whose name ends in a vowel

_SIGNS = {
    "%": "",
    "％": "",
    "‰": "",
    "₩": "x",
    "￦": "x",
    "$": "",
    "€": "",
    "£": "",
    "¥": "x",
    "℃": "",
    "°": "",
    "㎏": "x",
    "㎝": "",
    "㎡": "",
    "+": "",
    "&": "",
    "@": "x",
}
_CURRENCIES_BEFORE = {"₩": "x", "￦": "x", "$": "", "€": "", "£": "", "¥": "x"}
_UNITS = {"m": "", "cm": "", "mm": "", "km": "", "g": "x", "kg": "x", "mg": "x", "l": "", "ml": "", "p": ""}

_PAIRS = {
    "는/은": "은/는",
    "가/이": "이/가",
    "를/을": "을/를",
    "와/과": "과/와",
    "로/으로": "(으)로",
    "예요/이에요": "이에요/예요",
}
_OPTIONAL = re.compile(r"^\((으|이)\)(.+)$")

_TAG = re.compile(r"<[^<>]*>|\ue000[^\ue001]*\ue001|\ue002")  # and marks of narrative.explained
_GROUP = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|（[^（）]*）|【[^【】]*】)$")
_SKIPPED = " \t\n\r\u00a0.,!?…;:~-–—−_*`'\"‘’“”«»‹›「」『』〈〉《》⟦⟧()[]{}（）【】/\\|"
_DATE = re.compile(r"\d{4}(?:\.\s?\d{1,2}\.\s?\d{1,2}\.?|-\d{1,2}-\d{1,2})$")
_NUMBER = re.compile(r"(?P<sign>[₩￦$€£¥]?)\s?(?P<digits>\d[\d,]*)(?P<fraction>\.\d+)?$")
_POINTS = re.compile(r"%\s?p$")
_UNIT = re.compile(r"\d\s?(?P<unit>[A-Za-z]{1,2})$")
_LATIN = re.compile(r"[A-Za-z]+$")


def with_particle(text: str, pair: str) -> str:
    """The text with its particle: ``with_particle("고객", "이/가")`` is ``고객이``.

    Parameters
    ----------
    text
        What the slot holds, a word, number, amount or date.
    pair
        Both forms, ``은/는 이/가 을/를 과/와 (으)로 이에요/예요 (이)라고`` or any other pair written
        with the form after a consonant first.
    """
    return text + particle(text, pair)


def particle(text: str, pair: str) -> str:
    """The form of a particle that follows a text, or both forms where the final sound is not known.

    Raises
    ------
    ValueError
        If the pair is neither ``A/B`` nor ``(으)B`` or ``(이)B``.
    """
    pair = _PAIRS.get(pair.strip(), pair.strip())
    optional = _OPTIONAL.match(pair)
    closed, slash, opened = pair.partition("/")
    if optional:
        closed, opened = optional.group(1) + optional.group(2), optional.group(2)
    elif not slash:
        raise ValueError(f"{pair!r} is not a pair of particles such as 이/가")
    sound = final_sound(text)
    if sound is FinalSound.UNKNOWN:
        both_optional = optional or (closed == "으" + opened)
        return f"({closed[0]}){opened}" if both_optional else f"{closed}({opened})"
    if sound is FinalSound.RIEUL and closed.startswith("으로"):
        return opened
    return opened if sound is FinalSound.VOWEL else closed


def final_sound(text: str) -> FinalSound:
    """How a text ends when spoken in Korean, closing brackets and quotes skipped."""
    text = _TAG.sub("", text).strip()
    code = _final_code(text)
    return FinalSound.UNKNOWN if code is None else _SOUNDS[code]


def _final_code(text: str) -> str | None:
    """The final as ``""``, ``"ㄹ"`` or ``"x"`` for any other consonant; None where it is not known."""
    while True:
        if _DATE.search(text):
            return "ㄹ"  # 9일
        if text and text[-1] == ".":
            text = text[:-1].rstrip()
            continue
        group = _GROUP.search(text)
        if group and text[: group.start()].strip(_SKIPPED):
            text = text[: group.start()]
        elif text and text[-1] in _SKIPPED:
            text = text[:-1]
        else:
            break
    return _final_of_word(text)


def _final_of_word(text: str) -> str | None:
    if not text:
        return None
    last = text[-1]
    if _HANGUL_FIRST <= last <= _HANGUL_LAST:
        final = (ord(last) - ord(_HANGUL_FIRST)) % _FINALS
        return "" if final == 0 else "ㄹ" if final == _FINAL_RIEUL else "x"
    number = _NUMBER.search(text)
    if number:
        return _final_of_number(number)
    if last in _SIGNS:
        return _SIGNS[last]
    if _POINTS.search(text):
        return ""  # 퍼센트포인트
    unit = _UNIT.search(text)
    if unit and unit.group("unit").lower() in _UNITS:
        return _UNITS[unit.group("unit").lower()]
    latin = _LATIN.search(text)
    return latin_final(latin.group()) if latin else None


def _final_of_number(number: re.Match[str]) -> str:
    sign = number.group("sign")
    if sign:
        return _CURRENCIES_BEFORE[sign]
    fraction = number.group("fraction")
    if fraction:
        return _DIGITS[fraction[-1]]
    digits = number.group("digits").replace(",", "").lstrip("0")
    zeros = len(digits) - len(digits.rstrip("0"))
    return "" if zeros >= _ZEROS_OF_JO else _DIGITS[digits[-1]] if digits else _DIGITS["0"]

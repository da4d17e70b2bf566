"""One key for a name, whether it is written in Hangul or in Latin letters.

Korean names have several usual spellings (Lee, Yi and Rhee are one family; Jun and Joon one syllable), and no
transcription tells the same for all people. Both scripts are therefore reduced to what the spellings have in common.
Sounds of the syllables: Revised Romanization of Korean, Ministry of Culture notice 2000-8.
"""

from __future__ import annotations

import re

__all__ = ["family_key", "folded", "is_family", "romanised"]

_INITIALS = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_VOWELS = ("a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu",
           "eu", "ui", "i")  # fmt: skip
_FINALS = ("", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t",
           "ng", "t", "t", "k", "t", "p", "t")  # fmt: skip
_FIRST, _LAST = 0xAC00, 0xD7A3

_FAMILIES = {
    "김": "kim gim", "이": "lee yi rhee i ri", "박": "park bak pak", "최": "choi choe", "정": "jung jeong chung cheong",
    "강": "kang gang", "조": "cho jo", "윤": "yoon yun", "장": "jang chang", "임": "lim im rim", "한": "han",
    "오": "oh o", "서": "seo suh", "신": "shin sin", "권": "kwon gwon", "황": "hwang", "안": "ahn an", "송": "song",
    "류": "ryu ryoo", "유": "yoo yu", "전": "jeon chun jun", "홍": "hong", "고": "ko go koh", "문": "moon mun",
    "양": "yang", "손": "son sohn", "배": "bae pae", "백": "baek paik", "허": "heo hur huh", "노": "noh roh no",
    "남": "nam", "심": "shim sim", "하": "ha", "곽": "kwak gwak", "성": "sung seong", "차": "cha", "주": "joo ju",
    "우": "woo wu", "구": "koo ku gu", "나": "na ra", "민": "min", "진": "jin chin", "지": "ji", "엄": "eom um",
    "채": "chae", "원": "won", "천": "cheon", "방": "bang", "공": "kong gong", "현": "hyun hyeon", "함": "ham",
    "변": "byun byeon", "염": "yeom", "여": "yeo", "추": "choo chu", "도": "do", "소": "so", "석": "seok suk",
    "선": "sun seon", "설": "seol", "마": "ma", "길": "gil kil", "남궁": "namgung namkung", "황보": "hwangbo",
    "제갈": "jegal", "사공": "sagong", "선우": "sunwoo seonu", "서문": "seomun", "독고": "dokgo", "동방": "dongbang",
}  # fmt: skip
_BY_SPELLING = {spelling: family for family, spellings in _FAMILIES.items() for spelling in spellings.split()}

_FOLDS = (("eo", "u"), ("oo", "u"), ("ou", "u"), ("wu", "u"), ("eu", "u"), ("ee", "i"), ("ui", "i"), ("ae", "e"),
          ("ay", "e"), ("sh", "s"), ("ch", "j"), ("k", "g"), ("p", "b"), ("t", "d"), ("r", "l"))  # fmt: skip


def romanised(hangul: str) -> str:
    """Hangul syllables in Latin letters, syllable by syllable; other letters stay."""
    found = []
    for letter in hangul:
        code = ord(letter)
        if not _FIRST <= code <= _LAST:
            found.append(letter)
            continue
        syllable, final = divmod(code - _FIRST, 28)
        initial, vowel = divmod(syllable, 21)
        found.append(_INITIALS[initial] + _VOWELS[vowel] + _FINALS[final])
    return "".join(found)


def folded(latin: str) -> str:
    """What the usual spellings of a Korean given name have in common: ``hyeon``, ``hyun`` and ``hyoun`` are one."""
    text = re.sub(r"[^a-z]", "", latin.casefold())
    text = re.sub(r"ah(?![aeiou])", "a", text)
    for spelling, sound in _FOLDS:
        text = text.replace(spelling, sound)
    return re.sub(r"wu|uw", "u", re.sub(r"(.)\1", r"\1", text))


def is_family(word: str) -> bool:
    """Whether a Latin word is a usual spelling of a Korean family name."""
    return word in _BY_SPELLING


def family_key(surname: str) -> str:
    """One key for a surname in either script; surnames that are no Korean ones stay as they are."""
    return _BY_SPELLING.get(surname, surname)

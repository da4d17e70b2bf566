"""Words that people and places of the simulated shop are called by, with how often and how else they are written."""

from __future__ import annotations

__all__ = ["CONFUSED", "FAMILIES", "GIVEN_FIRST", "GIVEN_LAST", "PLACES", "ROADS", "WESTERN_FIRST", "WESTERN_LAST"]


def _words(text: str) -> list[str]:
    return text.split()


FAMILIES: dict[str, tuple[int, tuple[str, ...]]] = {
    "김": (215, ("Kim", "Gim")), "이": (147, ("Lee", "Yi", "Rhee")), "박": (84, ("Park", "Bak")),
    "최": (47, ("Choi", "Choe")), "정": (43, ("Jung", "Jeong", "Chung")), "강": (24, ("Kang", "Gang")),
    "조": (21, ("Cho", "Jo")), "윤": (21, ("Yoon", "Yun")), "장": (20, ("Jang", "Chang")), "임": (17, ("Lim", "Im")),
    "한": (15, ("Han",)), "오": (15, ("Oh",)), "서": (15, ("Seo", "Suh")), "신": (15, ("Shin", "Sin")),
    "권": (14, ("Kwon",)), "황": (14, ("Hwang",)), "안": (14, ("Ahn", "An")), "송": (14, ("Song",)),
    "류": (13, ("Ryu", "Yoo")), "전": (11, ("Jeon", "Chun")), "홍": (11, ("Hong",)), "고": (9, ("Ko", "Go")),
    "문": (9, ("Moon",)), "양": (9, ("Yang",)), "손": (9, ("Son", "Sohn")), "배": (8, ("Bae",)), "백": (8, ("Baek",)),
    "허": (6, ("Heo", "Hur")), "노": (6, ("Noh", "Roh")), "남": (5, ("Nam",)), "심": (5, ("Shim",)),
    "하": (4, ("Ha",)), "곽": (4, ("Kwak",)), "성": (4, ("Sung",)), "차": (4, ("Cha",)), "주": (4, ("Joo",)),
    "우": (4, ("Woo",)), "구": (4, ("Koo", "Ku")), "나": (3, ("Na",)), "민": (3, ("Min",)), "남궁": (1, ("Namgung",)),
    "황보": (1, ("Hwangbo",)),
}  # fmt: skip
"""Family names: how many in a thousand, and how they are written in Latin letters."""

GIVEN_FIRST: dict[str, tuple[str, ...]] = {
    "민": ("Min",), "서": ("Seo", "Suh"), "지": ("Ji", "Jee"), "현": ("Hyun", "Hyeon"), "예": ("Ye",),
    "도": ("Do",), "은": ("Eun",), "수": ("Su", "Soo"), "하": ("Ha",), "유": ("Yu", "Yoo"), "재": ("Jae",),
    "승": ("Seung",), "태": ("Tae",), "성": ("Sung", "Seong"), "정": ("Jung", "Jeong"), "영": ("Young", "Yeong"),
    "경": ("Kyung", "Gyeong"), "동": ("Dong",), "준": ("Jun", "Joon"), "상": ("Sang",),
}  # fmt: skip
GIVEN_LAST: dict[str, tuple[str, ...]] = {
    "준": ("jun", "joon"), "연": ("yeon", "yun"), "호": ("ho",), "우": ("woo", "u"), "윤": ("yoon", "yun"),
    "은": ("eun",), "아": ("a", "ah"), "진": ("jin",), "현": ("hyun", "hyeon"), "민": ("min",), "빈": ("bin",),
    "희": ("hee", "hui"), "원": ("won",), "영": ("young", "yeong"), "훈": ("hoon", "hun"), "석": ("seok", "suk"),
    "미": ("mi",), "경": ("kyung", "gyeong"), "숙": ("sook", "suk"), "철": ("chul", "cheol"),
}  # fmt: skip
"""The two syllables of given names, with how each is written in Latin letters."""

CONFUSED = dict(
    zip(
        "재예서연은현영민훈석희경준원진빈우아정김박최강조윤장",
        "제애소련운형용만운섭히정중완친번유야장긴백채간초운정",
        strict=True,
    )
)
"""Syllables, and what a slip of the finger makes of them."""

WESTERN_FIRST = _words(
    "Alex Sam Robin Jamie Dana Chris Nora Milo Iris Hugo Lena Otto Rosa Finn Maya Oscar Clara Felix Greta Anton Elena "
    "Marco Sofia Ivan Nadia Omar Leila Henry Alice Peter Julia David Emma Lucas Hanna Simon"
)
WESTERN_LAST = _words(
    "Falk Brandt Okoye Silva Novak Haas Moreau Rossi Lund Weber Costa Marin Keller Jansen Petrov Nguyen Tanaka Smith "
    "Brown Wilson Taylor Clark Lopez Garcia Dubois Bauer Hansen Kowalski Ivanov Santos"
)

PLACES = (
    ("서울특별시", "마포구"), ("서울특별시", "강남구"), ("서울특별시", "송파구"), ("서울특별시", "노원구"),
    ("서울특별시", "관악구"), ("부산광역시", "해운대구"), ("부산광역시", "사하구"), ("대구광역시", "수성구"),
    ("인천광역시", "연수구"), ("광주광역시", "북구"), ("대전광역시", "유성구"), ("울산광역시", "남구"),
    ("경기도", "수원시 영통구"), ("경기도", "성남시 분당구"), ("경기도", "고양시 일산동구"), ("강원도", "춘천시"),
    ("충청북도", "청주시 흥덕구"), ("전라북도", "전주시 완산구"), ("경상남도", "창원시 성산구"), ("제주도", "제주시"),
)  # fmt: skip
ROADS = _words(
    "가로수로 은행로 솔밭로 느티나무길 벚꽃로 한빛로 새싹길 강변로 시장길 학교앞길 도서관로 산들로 달빛길 별내로 "
    "참나무로 버들길 햇살로 바람길 이슬로 무지개로 옛우물길 돌담길 나루터로 언덕길 샘터로"
)

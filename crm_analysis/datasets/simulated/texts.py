"""What people write: a topic and a mood in many wordings, half of which no example shows."""

from __future__ import annotations

__all__ = ["HELD_OUT", "write_text"]

_KO = {
    ("delivery", False): (
        "약속한 날보다 한참 뒤에 왔어요",
        "기다리다 지쳤습니다",
        "도착이 너무 늦었네요",
        "언제 오나 계속 확인만 했습니다",
    ),
    ("delivery", True): (
        "다음 날 바로 받았어요",
        "생각보다 빨리 왔습니다",
        "제때 도착했어요",
        "문 앞에 깔끔하게 두고 가셨네요",
    ),
    ("service", False): (
        "전화 연결이 안 됩니다",
        "문의했는데 답이 없어요",
        "서로 다른 말만 하네요",
        "몇 번을 설명해야 하나요",
    ),
    ("service", True): (
        "상담이 친절했습니다",
        "바로 해결해 주셨어요",
        "응대가 빨랐어요",
        "끝까지 챙겨 주셔서 고맙습니다",
    ),
    ("quality", False): ("금방 망가졌어요", "사진과 다릅니다", "맛이 예전 같지 않네요", "열어 보니 눅눅했습니다"),
    ("quality", True): ("튼튼하고 좋아요", "신선했습니다", "맛있게 먹었어요", "다음에도 이걸로 하려고요"),
    ("price", False): ("값이 너무 올랐어요", "다른 데가 더 쌉니다", "이 돈이면 아깝네요", "살 때마다 부담이 됩니다"),
    ("price", True): ("가격이 착해요", "할인 덕분에 잘 샀습니다", "이 값이면 만족합니다", "돈이 아깝지 않네요"),
    ("range", False): ("찾는 물건이 없어요", "늘 품절입니다", "종류가 줄었네요", "고를 게 별로 없었습니다"),
    ("range", True): (
        "종류가 많아서 좋아요",
        "원하던 걸 찾았습니다",
        "새 상품이 자주 들어와요",
        "한 번에 다 해결했네요",
    ),
    ("staff", False): (
        "직원이 무뚝뚝했어요",
        "물어봐도 모른다고만 하네요",
        "계산이 느렸습니다",
        "눈도 안 마주치더군요",
    ),
    ("staff", True): (
        "직원분이 친절해요",
        "설명을 잘해 주셨습니다",
        "늘 웃으며 맞아 주세요",
        "어르신도 편하게 도와주시네요",
    ),
}
_EN = {
    ("delivery", False): (
        "It came days after the promised date",
        "I was tired of waiting",
        "Arrived far too late",
        "Kept refreshing the tracking page",
    ),
    ("delivery", True): ("Came the next day", "Faster than I thought", "Right on time", "Left neatly at the door"),
    ("service", False): (
        "Nobody answers the phone",
        "I asked and heard nothing",
        "Everyone tells me something else",
        "How often must I explain this",
    ),
    ("service", True): (
        "The help was kind",
        "Solved at once",
        "Quick to respond",
        "They stayed with me until it worked",
    ),
    ("quality", False): (
        "Broke within a week",
        "Not like the picture",
        "It does not taste as before",
        "Soggy when I opened it",
    ),
    ("quality", True): ("Sturdy and good", "It was fresh", "We loved it", "Will take the same again"),
    ("price", False): ("It got so dear", "Cheaper elsewhere", "Not worth the money", "A burden each time"),
    ("price", True): ("Fair price", "Got it on sale, happy", "Good value", "Money well spent"),
    ("range", False): (
        "Did not have what I wanted",
        "Always sold out",
        "Fewer kinds than before",
        "Little to choose from",
    ),
    ("range", True): ("So many kinds", "Found what I looked for", "New things all the time", "Got it all in one go"),
    ("staff", False): (
        "The staff was curt",
        "They only say they do not know",
        "Slow at the till",
        "Would not even look at me",
    ),
    ("staff", True): ("The staff is kind", "Explained it well", "Always a smile", "Patient with my mother"),
}
_OPENINGS = {True: ("", "솔직히 ", "이번에 ", "매번 느끼지만 "), False: ("", "Honestly: ", "This time: ", "As ever: ")}

HELD_OUT = (2, 3)
"""Places of the wordings kept for tests: no example or documentation shows them."""


def write_text(topic: str, *, good: bool, korean: bool, variant: int) -> str:
    """A short text about a topic.

    Parameters
    ----------
    topic
        delivery, service, quality, price, range or staff.
    good
        The mood.
    korean
        The language.
    variant
        Picks wording and opening.
    """
    wordings = (_KO if korean else _EN)[topic, good]
    openings = _OPENINGS[korean]
    return openings[variant // 4 % len(openings)] + wordings[variant % 4] + "."

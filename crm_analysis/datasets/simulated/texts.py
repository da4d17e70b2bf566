"""What people write: a topic and a mood in many wordings, half of which no example shows."""

from __future__ import annotations

__all__ = ["HELD_OUT", "TOPICS", "WORDINGS", "write_text"]

TOPICS = ("delivery", "service", "quality", "price", "range", "staff")
WORDINGS = 8
"""Wordings of each topic and mood in a language."""
HELD_OUT = (4, 5, 6, 7)
"""Places of the wordings kept for tests: no example or documentation shows them, and they share no key word."""

_KO = {
    ("delivery", False): (
        "배송이 너무 늦었어요", "약속한 날보다 한참 뒤에 왔어요", "도착이 늦어서 못 썼습니다", "택배가 며칠째 안 와요",
        "기다리다 지쳤습니다", "언제 오나 계속 확인만 했습니다", "주말이 다 지나서야 손에 들어왔네요",
        "물건이 아직도 길 위에 있나 봅니다",
    ),
    ("delivery", True): (
        "배송이 빨라요", "다음 날 바로 받았어요", "제때 도착했어요", "택배가 생각보다 일찍 왔습니다",
        "문 앞에 깔끔하게 두고 가셨네요", "아침에 시켰는데 저녁상에 올렸어요", "날짜를 정확히 맞춰 주셨습니다",
        "비 오는 날에도 젖지 않게 왔어요",
    ),
    ("service", False): (
        "상담 연결이 안 됩니다", "문의했는데 답이 없어요", "고객센터가 서로 다른 말만 하네요", "전화를 안 받습니다",
        "몇 번을 설명해야 하나요", "일주일째 감감무소식입니다", "담당자를 찾는다더니 끝이네요",
        "글을 남겨도 읽기는 하는 건지요",
    ),
    ("service", True): (
        "상담이 친절했습니다", "문의하니 바로 해결해 주셨어요", "응대가 빨랐어요", "고객센터 답변이 정확했습니다",
        "끝까지 챙겨 주셔서 고맙습니다", "말도 꺼내기 전에 알아서 처리했더군요", "덕분에 마음이 놓였습니다",
        "한 번에 알아듣고 도와주셨어요",
    ),
    ("quality", False): (
        "품질이 떨어졌어요", "금방 망가졌어요", "사진과 다릅니다", "상태가 좋지 않네요",
        "맛이 예전 같지 않네요", "열어 보니 눅눅했습니다", "두 번 쓰고 버렸습니다", "뚜껑이 맞지도 않아요",
    ),
    ("quality", True): (
        "품질이 좋아요", "튼튼하고 좋아요", "신선했습니다", "상태가 아주 좋았어요",
        "맛있게 먹었어요", "다음에도 이걸로 하려고요", "오래 써도 그대로네요", "온 가족이 금세 비웠습니다",
    ),
    ("price", False): (
        "가격이 너무 올랐어요", "다른 데가 더 쌉니다", "비싸요", "값에 비해 아쉽습니다",
        "이 돈이면 아깝네요", "살 때마다 부담이 됩니다", "지갑 열기가 무섭습니다", "옆 가게 전단을 보게 됩니다",
    ),
    ("price", True): (
        "가격이 착해요", "할인 덕분에 잘 샀습니다", "싸게 샀어요", "이 값이면 만족합니다",
        "돈이 아깝지 않네요", "장바구니가 가벼워졌는데 금액도 가볍네요", "이 정도면 남는 장사입니다",
        "쿠폰까지 쓰니 거저 같아요",
    ),
    ("range", False): (
        "종류가 줄었네요", "찾는 물건이 없어요", "늘 품절입니다", "상품이 다양하지 않아요",
        "고를 게 별로 없었습니다", "진열대가 비어 있더군요", "매번 같은 것만 있네요", "결국 다른 곳에 들렀습니다",
    ),
    ("range", True): (
        "종류가 많아서 좋아요", "원하던 걸 찾았습니다", "새 상품이 자주 들어와요", "상품이 다양해요",
        "한 번에 다 해결했네요", "없는 게 없습니다", "구경하다 시간 가는 줄 몰랐어요", "여기만 들르면 됩니다",
    ),
    ("staff", False): (
        "직원이 무뚝뚝했어요", "직원이 물어봐도 모른다고만 하네요", "계산이 느렸습니다", "직원이 불친절했습니다",
        "눈도 안 마주치더군요", "저를 못 본 척 지나갔습니다", "자기들끼리 떠들기 바쁘더군요",
        "물건을 던지듯 주었습니다",
    ),
    ("staff", True): (
        "직원분이 친절해요", "직원분이 설명을 잘해 주셨습니다", "계산이 빨랐어요", "점원이 상냥했습니다",
        "늘 웃으며 맞아 주세요", "어르신도 편하게 도와주시네요", "제 이름을 기억해 주셨어요",
        "무거운 걸 차까지 들어다 주더군요",
    ),
}  # fmt: skip
_EN = {
    ("delivery", False): (
        "The delivery was far too late", "It came days after the promised date", "Shipping took forever",
        "The parcel was delayed again",
        "I was tired of waiting", "Kept refreshing the tracking page", "The weekend was over when I got it",
        "It must still be on the road somewhere",
    ),
    ("delivery", True): (
        "Fast delivery", "It came the next day", "Shipped right on time", "The parcel arrived early",
        "Left neatly at the door", "Ordered in the morning, on the table by night", "They kept to the day exactly",
        "Dry and safe in spite of the rain",
    ),
    ("service", False): (
        "Customer service does not answer", "I asked support and heard nothing",
        "Everyone on the phone says something else",
        "No reply to my complaint",
        "How often must I explain this", "A week and not a word", "They went to look for somebody and that was it",
        "Nobody seems to read what I write",
    ),
    ("service", True): (
        "Customer service was kind", "Support solved it at once", "Quick to respond", "A precise answer to my question",
        "They stayed with me until it worked", "Sorted before I even asked", "I could stop worrying thanks to them",
        "Understood me the first time",
    ),
    ("quality", False): (
        "Poor quality", "It broke within a week", "Not like the picture", "It was in bad condition",
        "It does not taste as before", "Soggy when I opened it", "Used twice, thrown away", "The lid does not even fit",
    ),
    ("quality", True): (
        "Good quality", "Sturdy and good", "It was fresh", "In perfect condition",
        "We loved it", "Will take the same again", "Still like new after months", "The family emptied it in no time",
    ),
    ("price", False): (
        "The price went up too much", "Cheaper elsewhere", "Too expensive", "Overpriced for what it is",
        "Not worth the money", "A burden each time", "I am afraid to open my wallet",
        "I have started to read their leaflets next door",
    ),
    ("price", True): (
        "Fair price", "Got it at a discount, happy", "Cheap and good", "Great value",
        "Money well spent", "A lighter basket and a lighter bill", "I come out ahead with this",
        "With the coupon it was next to nothing",
    ),
    ("range", False): (
        "Fewer kinds than before", "They did not have the product I wanted", "Always sold out", "Small selection",
        "Little to choose from", "The shelf was bare", "The same few things each time",
        "In the end I went somewhere else",
    ),
    ("range", True): (
        "So many kinds", "Found the product I looked for", "New products all the time", "Big selection",
        "Got it all in one go", "There is nothing they do not have", "I lost track of the clock looking around",
        "The only stop I need",
    ),
    ("staff", False): (
        "The staff was rude", "The staff only say they do not know", "Slow at the till", "An unfriendly clerk",
        "Would not even look at me", "Walked past as if I was not there", "Busy chatting among themselves",
        "Handed it over as if it were a nuisance",
    ),
    ("staff", True): (
        "The staff is kind", "The staff explained it well", "Quick at the till", "A friendly clerk",
        "Always a smile", "Patient with my mother", "They remembered my name", "Carried the heavy bag to my car",
    ),
}  # fmt: skip
_OPENINGS = {
    True: ("", "솔직히 ", "이번에 ", "매번 느끼지만 ", "음, ", "처음인데 "),
    False: ("", "Honestly: ", "This time: ", "As ever: ", "Well, ", "First time here. "),
}
_ENDINGS = {
    True: ("", "", "", "", " 집 근처라 들렀습니다.", " 아이들과 같이 골랐어요.", " 선물로 샀습니다.", "ㅎㅎ"),
    False: ("", "", "", "", " I live around the corner.", " We picked it together.", " It was a gift.", " :)"),
}
"""Beside the point: they say nothing about topic or mood."""


def write_text(topic: str, *, good: bool, korean: bool, variant: int) -> str:
    """A short text about a topic.

    Parameters
    ----------
    topic
        One of :data:`TOPICS`.
    good
        The mood.
    korean
        The language.
    variant
        Picks wording, opening and ending.
    """
    wordings = (_KO if korean else _EN)[topic, good]
    openings, endings = _OPENINGS[korean], _ENDINGS[korean]
    opening, ending = openings[variant // WORDINGS % len(openings)], endings[variant // 64 % len(endings)]
    return opening + wordings[variant % WORDINGS] + "." + ending

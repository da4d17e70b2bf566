"""Topics, moods and masks of texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_analysis.errors import ConfigError
from crm_analysis.models.text import MASK, fit_sentiment, fit_topics, language_of, masked, mood_of_scores, stems, tokens
from crm_analysis.models.text.topics import topic_seeds


def test_languages_are_told_by_their_letters() -> None:
    texts = ("배송이 늦어요", "late again", "앱이 자꾸 crash", "앱 crash", "123 !!", "")
    assert [language_of(text) for text in texts] == ["ko", "en", "ko", "en", "", ""]


def test_words_of_the_list_are_found_by_stem_in_both_languages() -> None:
    texts = ["택배를 아직 못 받았어요", "It was delivered broken", "너무 비쌌어요", "반품하고 싶어요", "안녕하세요"]
    found = fit_topics(texts, topic_seeds()).topics(texts)
    assert found.loc[0, "delivery"] and found.loc[1, ["delivery", "quality"]].all()
    assert found.loc[2, "price"] and found.loc[3, "returns"]
    assert not found.loc[4].any()


def test_what_goes_with_a_topic_is_found_without_its_words() -> None:
    named = [f"the parcel came {n} days after, I waited at home" for n in range(20)]
    other = [f"a good price for {n} bottles of oil" for n in range(20)]
    model = fit_topics(named + other, topic_seeds())
    found = model.topics(["I waited at home for days"])
    assert found.loc[0, "delivery"] and not found.loc[0, "price"]


def test_an_own_list_is_read_and_a_wrong_one_refused(tmp_path: Path) -> None:
    own = tmp_path / "topics.toml"
    own.write_text('[pets]\nen = ["dog"]\n', encoding="utf-8")
    assert fit_topics(["my dog"], topic_seeds(own)).topics(["my dog", "my cat"])["pets"].tolist() == [True, False]
    own.write_text('[pets]\nen = "dog"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="pets"):
        topic_seeds(own)


def test_without_the_extra_korean_stays_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "has_korean_words", lambda: False)
    assert stems(["배송이 늦어요"]) == ["배송이 늦어요"]


def test_scores_are_moods_by_their_share_of_the_best() -> None:
    score, best = pd.Series([5.0, 1, 3, np.nan, 9, 4]), pd.Series([5.0, 5, 5, 5, 10, 0])
    assert mood_of_scores(score, best).tolist() == ["good", "bad", "mixed", "", "good", ""]


def test_few_scores_leave_a_list_of_words_and_doubt_is_a_class() -> None:
    model = fit_sentiment(["good"], ["good"])
    assert model.model is None and np.isnan(model.accuracy)
    assert model.moods(["정말 최고입니다", "worst ever", "어제 샀어요"]).tolist() == ["good", "bad", "mixed"]


PERSONAL = {
    "mail kim.min@example.com please": "kim.min",
    "연락처는 010-1234-5678 입니다": "5678",
    "call +82 2 123 4567": "4567",
    "주문번호 A20231105 확인": "20231105",
    "서울시 강남구 테헤란로 152 로 보내 주세요": "테헤란로",
    "sent to 12 Green Hill Road instead": "Green Hill",
    "김서연이 받았어요": "김서연",
    "I am Clara Oakes, thanks": "Oakes",
    "박철수 씨가 답했습니다": "박철수",
}


@pytest.mark.parametrize(("text", "secret"), PERSONAL.items())
def test_personal_data_is_masked(text: str, secret: str) -> None:
    (shown,) = masked([text], ["김서연", "Clara Oakes"])
    assert secret not in shown and MASK in shown


def test_names_with_digits_or_hyphens_are_masked_in_parts() -> None:
    (shown,) = masked(["from Anna-Lena Quux0012 and quux"], ["Anna-Lena Quux0012"])
    assert not [name for name in ("Anna", "Lena", "Quux", "quux", "0012") if name in shown]


@given(st.text(max_size=30), st.integers(100, 10**12), st.text(max_size=30))
def test_no_run_of_three_digits_is_left(before: str, number: int, after: str) -> None:
    (shown,) = masked([f"{before}{number}{after}"])
    assert str(number) not in shown


@pytest.mark.realdata
@pytest.mark.slow
def test_film_reviews(realdata: Callable[[str], Path], record_property: Callable[[str, object], None]) -> None:
    """Published reviews with labels: learnt from 10,000, held against 5,825 others of another mix of moods."""
    files = [realdata(f"nsmc_10k/ratings_{part}.txt") for part in ("train", "test")]
    train, test = (pd.read_csv(file, sep="\t", quoting=3).dropna() for file in files)
    names = {1: "good", 0: "bad"}
    model = fit_sentiment(train["document"].tolist(), train["label"].map(names).tolist())
    moods = model.moods(test["document"].tolist())
    clear = moods != "mixed"
    right = moods == test["label"].map(names).to_numpy()
    others, certain = float(right[clear].mean()), float(clear.mean())
    record_property("reached", {"texts": model.texts, "folds": model.accuracy, "others": others, "clear": certain})
    assert model.accuracy > 0.83
    assert others > 0.76 and certain > 0.70

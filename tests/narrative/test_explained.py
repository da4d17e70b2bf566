"""Numbers that open their definition."""

from __future__ import annotations

from crm_analysis.korean import with_particle
from crm_analysis.messages import _, language
from crm_analysis.narrative.explained import explained, split_explained, without_marks


def test_marks_split_and_vanish() -> None:
    text = f"Pays if {explained('odds', '1 in 38')} of {explained('n', '12')} act."
    assert split_explained(text) == [("", "Pays if "), ("odds", "1 in 38"), ("", " of "), ("n", "12"), ("", " act.")]
    assert without_marks(text) == "Pays if 1 in 38 of 12 act."
    assert split_explained("") == []


def test_a_particle_follows_the_number_and_not_its_mark() -> None:
    assert with_particle(explained("rate", "30%"), "으로/로") == explained("rate", "30%") + "로"
    assert without_marks(with_particle(explained("odds", "38명 중 1명"), "이/가")) == "38명 중 1명이"
    with language("ko"):
        odds, rate = explained("a", "38명 중 1명"), explained("b", "30%")
        message = "The margin is assumed at {rate}; at half of it, it pays only if {odds} act."
        assert "38명 중 1명이 반응" in without_marks(_(message, rate=rate, odds=odds))

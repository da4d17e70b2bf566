"""What a Korean sentence has to show, shared by the tests of all steps."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from crm_analysis.messages import language

Words = Callable[[], str]


@pytest.fixture
def check_korean() -> Callable[[Words, str], None]:
    """Hold a sentence in both languages against the number that it has to name."""

    def check(words: Words, number: str) -> None:
        english = words()
        with language("ko"):
            korean = words()
        assert number in english
        assert number in korean
        assert re.search("[가-힣]", korean)
        assert not re.search("[a-z]{2,} [a-z]{2,} [a-z]{2,}", korean), "a run of English words is left"
        assert "{" not in english + korean

    return check

from __future__ import annotations

import pytest

from crm_analysis.errors import RunError
from crm_analysis.messages import language
from crm_analysis.workflow.steps import STEPS, select_steps, step_of


def test_eight_steps_in_order() -> None:
    assert [step.notebook for step in STEPS] == [
        "00_data.ipynb",
        "01_environment.ipynb",
        "02_customers.ipynb",
        "03_direction.ipynb",
        "04_offers.ipynb",
        "05_personalization.ipynb",
        "06_communication.ipynb",
        "07_evaluation.ipynb",
    ]


@pytest.mark.parametrize("text", ["02", "2", "customers", "02_customers", "02_customers.ipynb", " Customers "])
def test_a_step_is_found_by_number_and_name(text: str) -> None:
    assert step_of(text).number == "02"


def test_step_zero_is_found() -> None:
    assert step_of("0").name == "data"


def test_unknown_step_lists_the_known_ones() -> None:
    with pytest.raises(RunError, match=r"no step '08'.*00_data, 01_environment"):
        step_of("08")


def test_selection_is_in_order_and_without_repeats() -> None:
    assert [step.number for step in select_steps(["05", "02", "customers"])] == ["02", "05"]
    assert select_steps(None) == STEPS


def test_titles_go_through_the_catalogue() -> None:
    with language("xx"):
        titles = [step.title() for step in STEPS]
    assert len(set(titles)) == 8
    assert all(title != step.title() for title, step in zip(titles, STEPS, strict=True))

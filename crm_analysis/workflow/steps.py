"""The eight steps of the workflow, in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crm_analysis.errors import RunError
from crm_analysis.messages import _

__all__ = ["STEPS", "Step", "select_steps", "step_of"]


@dataclass(frozen=True)
class Step:
    """One notebook of the workflow.

    Attributes
    ----------
    number
        Two digits, ``"00"`` to ``"07"``.
    name
        Short English name, part of the file name.
    """

    number: str
    name: str

    @property
    def stem(self) -> str:
        """File name without its ending, as ``02_customers``."""
        return f"{self.number}_{self.name}"

    @property
    def notebook(self) -> str:
        """File name of the notebook."""
        return f"{self.stem}.ipynb"

    @property
    def page(self) -> str:
        """File name of the HTML page."""
        return f"{self.stem}.html"

    def title(self) -> str:
        """The step's title in the current language."""
        titles = {
            "00": _("Data quality"),
            "01": _("Environment"),
            "02": _("Customer analysis"),
            "03": _("Direction"),
            "04": _("Offers"),
            "05": _("Personalization"),
            "06": _("Communication"),
            "07": _("Evaluation"),
        }
        return titles[self.number]


STEPS: tuple[Step, ...] = (
    Step("00", "data"),
    Step("01", "environment"),
    Step("02", "customers"),
    Step("03", "direction"),
    Step("04", "offers"),
    Step("05", "personalization"),
    Step("06", "communication"),
    Step("07", "evaluation"),
)


def step_of(text: str) -> Step:
    """The step meant by ``"02"``, ``"2"``, ``"customers"`` or ``"02_customers"``.

    Raises
    ------
    RunError
        There is no such step.
    """
    wanted = text.strip().lower().removesuffix(".ipynb")
    for step in STEPS:
        if wanted in {step.number, step.number.lstrip("0") or "0", step.name, step.stem}:
            return step
    raise RunError(
        _(
            "There is no step '{step}'. The steps are {known}.",
            step=text,
            known=", ".join(step.stem for step in STEPS),
        )
    )


def select_steps(wanted: Iterable[str] | None) -> tuple[Step, ...]:
    """All steps for None, else the named ones, each once and in the order of the workflow.

    Raises
    ------
    RunError
        A step is not known.
    """
    if wanted is None:
        return STEPS
    chosen = {step_of(text) for text in wanted}
    return tuple(step for step in STEPS if step in chosen)

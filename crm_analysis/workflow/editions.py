"""A report in several languages: each further one in a folder of its own, beside the tables they all read.

``<run>/index.html`` is in the language that the report opens in, ``<run>/ko/index.html`` the same in Korean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crm_analysis.messages import LANGUAGES

__all__ = ["Edition", "editions_of", "home_of"]

_NAMES = {"en": "English", "ko": "한국어", "xx": "Pseudo"}


@dataclass(frozen=True)
class Edition:
    """The report in one language.

    Attributes
    ----------
    lang
        One of :data:`crm_analysis.messages.LANGUAGES`.
    subfolder
        Of the run, where its notebooks, notes and pages lie; empty for the language that the report opens in.
    """

    lang: str
    subfolder: str

    @property
    def name(self) -> str:
        """The language as its readers write it."""
        return _NAMES[self.lang]

    @property
    def to_home(self) -> str:
        """What leads from its pages to the run's folder, as the beginning of an address."""
        return "../" if self.subfolder else ""

    def folder(self, run_dir: Path) -> Path:
        """Where its notebooks, notes and pages lie in a run."""
        return run_dir / self.subfolder if self.subfolder else run_dir

    def href(self, page: str, seen_from: Edition) -> str:
        """Address of a page of this edition on a page of another one."""
        return page if self == seen_from else f"{seen_from.to_home}{self.subfolder and self.subfolder + '/'}{page}"


def editions_of(languages: Sequence[str]) -> tuple[Edition, ...]:
    """The editions of a report in some languages, the one it opens in first."""
    return tuple(Edition(lang, lang if place else "") for place, lang in enumerate(languages))


def home_of(folder: Path) -> Path:
    """Folder of the run that a folder of notes belongs to: itself, or its parent for a further language."""
    return folder.parent if folder.name in LANGUAGES and (folder.parent / "tables").is_dir() else folder

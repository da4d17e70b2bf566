"""The bundle of the panel: built from the sources that are here, with every word in Korean, and nothing fetched."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from crm_analysis.messages import slot_names

ROOT = Path(__file__).parent.parent
WIDGETS = ROOT / "widgets"
BUNDLE = ROOT / "crm_analysis" / "labextension"
SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "src", "style")
WORD = re.compile(r"\b__\(\s*'((?:[^'\\]|\\.)*)'")


def _files() -> list[Path]:
    roots = [WIDGETS / name for name in SOURCES]
    return [file for root in roots for file in (root.rglob("*") if root.is_dir() else [root]) if file.is_file()]


@pytest.fixture(scope="module")
def words() -> set[str]:
    """The texts that the panel translates."""
    found = set()
    for file in (WIDGETS / "src").rglob("*.ts*"):
        found |= set(WORD.findall(file.read_text(encoding="utf-8")))
    return found - {"Other"}  # JupyterLab's own


@pytest.fixture(scope="module")
def korean() -> dict[str, str]:
    """The dictionary of the panel."""
    found: dict[str, str] = json.loads((WIDGETS / "src" / "ko.json").read_text(encoding="utf-8"))
    return found


def test_the_bundle_is_built_from_these_sources() -> None:
    digest = hashlib.sha256()
    for name, file in sorted((file.relative_to(WIDGETS).as_posix(), file) for file in _files()):
        text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
        digest.update(f"{name}\0{text}\0".encode())
    recorded = json.loads((BUNDLE / "sources.json").read_text())["sha256"]
    assert recorded == digest.hexdigest(), "the bundle is stale: cd widgets && npm ci && npm run build"


def test_the_bundle_is_whole() -> None:
    package = json.loads((BUNDLE / "package.json").read_text())
    assert (BUNDLE / package["jupyterlab"]["_build"]["load"]).is_file()


def test_every_word_has_its_korean_and_nothing_else_is_there(words: set[str], korean: dict[str, str]) -> None:
    assert len(words) > 50
    assert sorted(words - set(korean)) == []
    assert sorted(set(korean) - words) == []


def test_korean_has_the_slots_of_the_english(korean: dict[str, str]) -> None:
    assert [text for text, translated in korean.items() if slot_names(text) != slot_names(translated)] == []


def test_no_particle_that_depends_on_a_sound_stands_behind_a_slot(korean: dict[str, str]) -> None:
    bare = re.compile(r"\{\w+\}(?:이|가|을|를|은|는|과|와|로|으로)(?=[ .,]|$)")
    assert [text for text in korean.values() if bare.search(text)] == []


def test_nothing_names_the_place_a_package_came_from() -> None:
    lock = (WIDGETS / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert re.findall(r"https?://\S+\.tgz", lock) == []


def test_only_colours_of_jupyterlab_are_used() -> None:
    style = (WIDGETS / "style" / "index.css").read_text()
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=\s*[;,)])|\brgba?\(|\bhsla?\(", style) == []

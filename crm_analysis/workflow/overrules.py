"""``decisions.toml``: the one store of what people decided against the system. Nothing is edited in reports."""

from __future__ import annotations

import getpass
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from crm_analysis.errors import ConfigError
from crm_analysis.messages import _
from crm_analysis.workflow.files import write_text

__all__ = ["DECISIONS_FILE", "Overrule", "drop_overrule", "put_overrule", "read_overrules"]

DECISIONS_FILE = "decisions.toml"


@dataclass(frozen=True)
class Overrule:
    """One decision of a person.

    Attributes
    ----------
    id
        Step and target, for example ``03:at_risk``.
    step, segment, value
        Where, for whom, what.
    system_value
        What the system had chosen then; empty where no report was there.
    reason, by, at
        Why, who, when (ISO 8601, UTC).
    run
        Id of the report it was based on.
    review_on
        ISO date at which to look at it again, or empty.
    """

    id: str
    step: str
    segment: str
    value: str
    system_value: str
    reason: str
    by: str
    at: str
    run: str
    review_on: str = ""

    @property
    def is_due(self) -> bool:
        """Whether its review date has passed."""
        return bool(self.review_on) and date.fromisoformat(self.review_on) < datetime.now(UTC).date()


def _document(root: Path) -> tomlkit.TOMLDocument:
    file = root / DECISIONS_FILE
    if not file.is_file():
        return tomlkit.document()
    try:
        return tomlkit.parse(file.read_text(encoding="utf-8"))
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise ConfigError(_("{file} is not valid TOML: {reason}.", file=DECISIONS_FILE, reason=str(error))) from error


def read_overrules(root: Path) -> list[Overrule]:
    """The entries of a workspace.

    Raises
    ------
    ConfigError
        The file is not TOML, or an entry lacks a field.
    """
    try:
        return [Overrule(**entry) for entry in _document(root).unwrap().get("decision", [])]
    except TypeError as error:
        raise ConfigError(
            _(
                "{file}: an entry has fields that are missing or not known: {reason}.",
                file=DECISIONS_FILE,
                reason=str(error),
            )
        ) from error


def put_overrule(
    root: Path, *, step: str, segment: str, value: str, system_value: str, reason: str, run: str, review_on: str
) -> Overrule:
    """Add an entry, or replace the one of the same step and segment; comments in the file are kept."""
    drop_overrule(root, step, segment)
    entry = Overrule(
        id=f"{step}:{segment}",
        step=step,
        segment=segment,
        value=value,
        system_value=system_value,
        reason=reason,
        by=getpass.getuser(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        run=run,
        review_on=review_on,
    )
    document = _document(root)
    entries = document.setdefault("decision", tomlkit.aot())
    entries.append(tomlkit.item(asdict(entry)))
    write_text(root / DECISIONS_FILE, tomlkit.dumps(document))
    return entry


def drop_overrule(root: Path, step: str, segment: str) -> bool:
    """Take an entry back; False where there was none."""
    document = _document(root)
    entries = document.get("decision")
    if entries is None:
        return False
    for number, entry in enumerate(entries):
        if entry.get("id") == f"{step}:{segment}":
            del entries[number]
            write_text(root / DECISIONS_FILE, tomlkit.dumps(document))
            return True
    return False

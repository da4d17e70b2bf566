"""Settings: crm.toml, overruled by the environment, overruled by the command line; frozen afterwards.

An environment variable ``CRM_ANALYSIS_PROJECT__LANG=ko`` overrules ``lang`` in ``[project]``.
Unknown keys are refused with the nearest known one.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError, field_validator

from crm_analysis.config_sections import (
    AnalysisSettings,
    ChannelSettings,
    CleaningSettings,
    CostSettings,
    DecisionSettings,
    IdentitySettings,
    OfferSettings,
    PathSettings,
    ProjectSettings,
    Section,
    ServeSettings,
    SimulationSettings,
    SourceSettings,
    TextSettings,
    WarehouseSettings,
)
from crm_analysis.errors import ConfigError
from crm_analysis.messages import LANGUAGES, _, current_language, language
from crm_analysis.segment_rules import check_rule

__all__ = [
    "AnalysisSettings",
    "ChannelSettings",
    "CleaningSettings",
    "CostSettings",
    "DecisionSettings",
    "IdentitySettings",
    "OfferSettings",
    "PathSettings",
    "ProjectSettings",
    "ServeSettings",
    "Settings",
    "SimulationSettings",
    "SourceSettings",
    "TextSettings",
    "WarehouseSettings",
    "load_settings",
]

ENVIRONMENT_PREFIX = "CRM_ANALYSIS_"
_NO_SETTING = {"REALDATA"}


class Settings(Section):
    """All settings of a project.

    Attributes
    ----------
    path
        The file they were read from, None for settings made in code.
    """

    project: ProjectSettings = ProjectSettings()
    analysis: AnalysisSettings = AnalysisSettings()
    costs: CostSettings = CostSettings()
    warehouse: WarehouseSettings = WarehouseSettings()
    paths: PathSettings = PathSettings()
    sources: dict[str, SourceSettings] = Field(default_factory=dict)
    cleaning: CleaningSettings = CleaningSettings()
    identity: IdentitySettings = IdentitySettings()
    decisions: DecisionSettings = DecisionSettings()
    segments: dict[str, str] = Field(default_factory=dict)
    text: TextSettings = TextSettings()
    simulation: SimulationSettings = SimulationSettings()
    serve: ServeSettings = ServeSettings()
    path: Path | None = None

    @field_validator("segments")
    @classmethod
    def _readable_segments(cls, value: dict[str, str]) -> dict[str, str]:
        for name, rule in value.items():
            check_rule(name, rule)
        return value

    @property
    def root(self) -> Path:
        """Folder that relative paths start from."""
        return self.path.parent if self.path else Path.cwd()

    @property
    def topics_file(self) -> Path | None:
        """The user's own list of topics, None for the package's."""
        return None if self.text.topics is None else self.root / self.text.topics

    @property
    def name(self) -> str:
        """Name of the project as people read it."""
        return self.project.name

    @property
    def lang(self) -> str:
        """Language of report, messages and errors."""
        return self.project.lang

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of a report, the one it opens in first."""
        given = self.project.also_in
        others: tuple[str, ...] = given if given is not None else () if self.lang == "xx" else ("en", "ko")
        return tuple(dict.fromkeys((self.lang, *others)))

    @property
    def country(self) -> str:
        """Country of phone numbers that name none, as two letters: the one set, else that of the currency."""
        return self.identity.country or self.project.currency[:2]

    @property
    def slug(self) -> str:
        """Name of the project as a folder name on any system."""
        text = unicodedata.normalize("NFC", self.project.name).lower()
        text = re.sub(r"[^\w]+", "_", text, flags=re.UNICODE).strip("_")
        return text[:60] or "project"

    @property
    def reports(self) -> Path:
        """Folder of all reports."""
        return (self.root / self.paths.reports).resolve()

    @property
    def notebooks(self) -> Path:
        """Folder of the notebooks."""
        return (self.root / self.paths.notebooks).resolve()

    @property
    def warehouse_path(self) -> Path:
        """Folder of the warehouse."""
        return (self.root / self.warehouse.path).resolve()


def _known_keys(model: type[BaseModel], trail: tuple[Any, ...]) -> list[str]:
    current: Any = model
    for part in trail:
        fields = getattr(current, "model_fields", {})
        if part in fields:
            annotation = fields[part].annotation
            args = [a for a in getattr(annotation, "__args__", ()) if hasattr(a, "model_fields")]
            current = args[0] if args else annotation
    return [name for name in getattr(current, "model_fields", {}) if name != "path" or current is not Settings]


def _unknown(trail: tuple[Any, ...], file: str) -> ConfigError:
    where = ".".join(str(part) for part in trail)
    known = _known_keys(Settings, trail[:-1])
    near = difflib.get_close_matches(str(trail[-1]), known, n=1)
    if near:
        return ConfigError(
            _("{file}: setting '{where}' is not known. Did you mean '{near}'?", file=file, where=where, near=near[0])
        )
    listed = ", ".join(known)
    return ConfigError(
        _("{file}: setting '{where}' is not known. Known here: {known}.", file=file, where=where, known=listed)
    )


_KIND_NEEDED: dict[str, Callable[[], str]] = {
    "string_pattern_mismatch": lambda: _("three capital letters are needed, such as EUR"),
    "string_too_short": lambda: _("a text that is not empty is needed"),
    "string": lambda: _("a text is needed"),
    "int": lambda: _("a number is needed"),
    "float": lambda: _("a number is needed"),
    "bool": lambda: _("true or false is needed"),
    "date": lambda: _("a date is needed, such as 2025-06-09"),
    "tuple": lambda: _("a list is needed, such as [{example}]", example='"paid"'),
    "list": lambda: _("a list is needed, such as [{example}]", example='"paid"'),
    "model": lambda: _("a section with settings is needed"),
    "dict": lambda: _("a section with settings is needed"),
}
"""What a setting of a kind should be, by how pydantic's name of the mistake begins."""

_BOUND_NEEDED: dict[str, Callable[[str], str]] = {
    "le": lambda limit: _("at most {limit} is needed", limit=limit),
    "lt": lambda limit: _("less than {limit} is needed", limit=limit),
    "ge": lambda limit: _("at least {limit} is needed", limit=limit),
    "gt": lambda limit: _("more than {limit} is needed", limit=limit),
}


def _needed(kind: str, context: Mapping[str, Any], where: str) -> str | None:
    """What a setting should be, in words; None for mistakes that have no words of ours."""
    if where == "project.lang":
        return _("en or ko is needed")
    if kind == "literal_error":
        return _("one of these is needed: {values}", values=str(context.get("expected", "")).replace(" or ", ", "))
    if kind == "value_error":
        return str(context["error"])
    for bound, words in _BOUND_NEEDED.items():
        if bound in context:
            return words(f"{context[bound]:g}")
    return next((words() for begin, words in _KIND_NEEDED.items() if kind.startswith(begin)), None)


def _explain(error: ValidationError, file: str) -> ConfigError:
    first = error.errors()[0]
    if first["type"] == "extra_forbidden":
        return _unknown(first["loc"], file)
    where = ".".join(str(part) for part in first["loc"])
    return ConfigError(
        _(
            "{file}: setting '{where}' cannot be {value}: {reason}.",
            file=file,
            where=where,
            value=repr(first.get("input")),
            reason=_needed(first["type"], first.get("ctx", {}), where) or first["msg"],
        )
    )


def _merge(base: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in extra.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return merged


def _nest(flat: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for keys, value in flat.items():
        part = nested
        for key in keys[:-1]:
            part = part.setdefault(key, {})
        part[keys[-1]] = value
    return nested


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    flat: dict[tuple[str, ...], Any] = {}
    for name, value in environment.items():
        rest = name.removeprefix(ENVIRONMENT_PREFIX)
        if rest != name and rest not in _NO_SETTING and "__" in rest:
            flat[tuple(part.lower() for part in rest.split("__"))] = value
    return _nest(flat)


def load_settings(
    path: Path | str, overrides: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings of a project.

    Parameters
    ----------
    path
        The file crm.toml.
    overrides
        From the command line, dotted names to values: ``{"project.lang": "ko"}``.
    environment
        Variables to read; None uses those of the process.

    Raises
    ------
    ConfigError
        No such file, not TOML, an unknown key or a value of the wrong kind.
    """
    path = Path(path).resolve()
    if path.is_dir():
        path = path / "crm.toml"
    if not path.is_file():
        raise ConfigError(_("There is no file of settings {file}. 'crm-analysis init DIR' makes one.", file=path.name))
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(_("{file} is not valid TOML: {reason}.", file=path.name, reason=str(error))) from error
    merged = _merge(raw, _from_environment(os.environ if environment is None else environment))
    merged = _merge(merged, _nest({tuple(key.split(".")): value for key, value in (overrides or {}).items()}))
    with language(_language_of(merged)):
        if "path" in raw:  # the field of that name holds the file itself
            raise _unknown(("path",), path.name)
        try:
            return Settings.model_validate({**merged, "path": path})
        except ValidationError as error:
            raise _explain(error, path.name) from error


def _language_of(merged: Mapping[str, Any]) -> str:
    """The language of errors in the settings: theirs, where they name one."""
    project = merged.get("project")
    wanted = project.get("lang") if isinstance(project, Mapping) else None
    return wanted if wanted in LANGUAGES else current_language()

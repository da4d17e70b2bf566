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
from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from crm_analysis.errors import ConfigError
from crm_analysis.messages import LANGUAGES, _, current_language, language
from crm_analysis.segment_rules import check_rule

__all__ = [
    "AnalysisSettings",
    "ChannelSettings",
    "CleaningSettings",
    "DecisionSettings",
    "IdentitySettings",
    "OfferSettings",
    "PathSettings",
    "ProjectSettings",
    "ServeSettings",
    "Settings",
    "SimulationSettings",
    "SourceSettings",
    "WarehouseSettings",
    "load_settings",
]

ENVIRONMENT_PREFIX = "CRM_ANALYSIS_"
_NO_SETTING = {"REALDATA"}


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ProjectSettings(_Section):
    """``[project]``: what is analysed, in which money and languages.

    ``also_in`` lists the further languages that a report can be switched to; all others unless set.
    """

    name: str = Field(default="my shop", min_length=1)
    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    lang: Literal["en", "ko", "xx"] = "en"
    also_in: tuple[Literal["en", "ko"], ...] | None = None
    time_zone: str = "UTC"
    dataset: str | None = None
    example: bool = False

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(_("a time zone is needed, such as Europe/London or Asia/Seoul")) from error
        return value


class AnalysisSettings(_Section):
    """``[analysis]``: dates, horizons and assumptions of the models."""

    as_of: date | None = None
    unit: Literal["day", "week", "month", "year"] = "week"
    horizon_days: int = Field(default=90, ge=1, le=3650)
    leaving_days: int | None = Field(default=None, ge=1, le=3650)
    value_horizon_days: int = Field(default=365, ge=1, le=3650)
    discount_rate_annual: float = Field(default=0.10, ge=0, lt=1)
    margin_rate: float | None = Field(default=None, gt=0, le=1)
    history: Literal["auto", "complete"] = "auto"
    random_state: int = 20170101

    @property
    def margin(self) -> float:
        """The margin used where no costs are given: the one set, else 30 %."""
        return 0.30 if self.margin_rate is None else self.margin_rate


class CostSettings(_Section):
    """``[costs]``: what orders and contacts cost where the data does not say; what is left out is named as such.

    ``shipping_per_order``: a parcel, in the project's currency. ``payment_fee_rate``: share of what is paid.
    ``minute``: a minute of work, for contacts with handled_minutes and no cost.
    """

    shipping_per_order: float | None = Field(default=None, ge=0)
    payment_fee_rate: float | None = Field(default=None, ge=0, lt=1)
    minute: float | None = Field(default=None, ge=0)


class WarehouseSettings(_Section):
    """``[warehouse]``: engine, place and limits."""

    engine: Literal["duckdb", "pyspark"] = "duckdb"
    path: Path = Path("data/warehouse")
    memory_limit: str | None = None
    threads: int | None = Field(default=None, ge=1)
    options: dict[str, str] = Field(default_factory=dict)


class PathSettings(_Section):
    """``[paths]``: folders, relative to the file of settings."""

    notebooks: Path = Path("notebooks")
    reports: Path = Path("reports")


class SourceSettings(_Section):
    """``[sources.TABLE]``: where a table comes from and how its columns are called there.

    ``columns`` maps our names to the file's headers; what is left out is matched by its header. Instead of a
    path, a database: ``sql`` is its address without a password, or ``url_env`` names the environment variable that
    holds it, with ``query`` or ``table``. ``password_env`` names the variable with the password of a workbook.

    ``order_level`` lists columns whose amount is the order's, written on each of its lines or on one; None lets the
    rows decide. ``discount_taken_off`` is false where ``amount`` is the sum before ``discount``.
    """

    path: str | None = None
    sql: str | None = None
    url_env: str | None = None
    query: str | None = None
    table: str | None = None
    password_env: str | None = None
    preset: str | None = None
    order_level: tuple[str, ...] | None = None
    discount_taken_off: bool = True
    columns: dict[str, str] = Field(default_factory=dict)
    sheet: str | int | None = None
    header_row: int | None = Field(default=None, ge=1)
    encoding: str | None = None
    delimiter: str | None = None
    date_format: str | None = None
    decimal: Literal[".", ","] | None = None

    @property
    def is_database(self) -> bool:
        """Whether rows come from a database and not from files."""
        return self.sql is not None or self.url_env is not None

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        if value is not None and len(value) != 1:
            raise ValueError(_("one character is needed"))
        return value


class CleaningSettings(_Section):
    """``[cleaning]``: what counts as a sale, which part of it is tax, what is no product, and which lines stand out.

    ``no_sale_status``: states that are known not to be a sale; where it is given, a state in neither list is asked
    about. ``tax_free``: values of ``tax_type`` that mean no tax. ``order_numbers``: whether a number names one order
    in all files ("unique"), so that a newer file can move it to another day or customer, or is given again
    ("restart"); "auto" looks at the numbers that several files hold. ``netting``: whether a cancellation takes the
    sale that it undid along; where it is off, the sale stays a purchase.
    """

    sale_status: tuple[str, ...] | None = None
    no_sale_status: tuple[str, ...] | None = None
    prices_include_tax: bool = False
    tax_rate: float = Field(default=0.0, ge=0, lt=1)
    tax_free: tuple[str, ...] = ("면세", "비과세", "영세", "tax-free", "tax free", "exempt", "zero-rate", "none")
    cancelled_order_prefix: str | None = None
    adjustment_order_prefix: str | None = None
    not_products: tuple[str, ...] = ()
    duplicates: Literal["auto", "quarantine", "keep"] = "auto"
    order_numbers: Literal["auto", "unique", "restart"] = "auto"
    netting: bool = True
    unknown_customers: tuple[str, ...] = ()
    test_orders: Literal["flag", "quarantine", "off"] = "flag"
    wholesale: Literal["flag", "quarantine", "off"] = "flag"
    price_typos: Literal["flag", "quarantine", "off"] = "flag"


class IdentitySettings(_Section):
    """``[identity]``: whether accounts of one person become one customer, and where phone numbers are from."""

    match: bool = True
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$")


class ChannelSettings(_Section):
    """``[decisions.channels.NAME]``: what one contact costs, in the project's currency."""

    cost: float = Field(ge=0)
    owner: str = "marketing"


class OfferSettings(_Section):
    """``[[decisions.offers]]``: one offer of the shop; ``effect_factor`` multiplies the strategy's effect."""

    name: str
    kind: Literal["money", "service", "convenience", "status"]
    cost: float = Field(default=0.0, ge=0)
    cost_share: float = Field(default=0.0, ge=0, le=1)
    effect_factor: float = Field(default=1.0, ge=0, le=10)
    segments: tuple[str, ...] = ()


class DecisionSettings(_Section):
    """``[decisions]``: budget, control groups, caps, costs and assumed effects."""

    budget: float | None = Field(default=None, ge=0)
    control_share: float = Field(default=0.2, ge=0, le=0.5)
    global_holdout_share: float = Field(default=0.05, ge=0, le=0.5)
    max_contacts_in_30_days: int = Field(default=3, ge=1)
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)
    offers: tuple[OfferSettings, ...] = ()
    assumed_effects: dict[str, float] = Field(default_factory=dict)


class SimulationSettings(_Section):
    """``[simulation]``: which simulated shop, for ``dataset = "simulated"``."""

    world: str = "default"
    customers: int | None = Field(default=None, ge=1)
    weeks: int | None = Field(default=None, ge=8, le=520)
    seed: int = Field(default=7, ge=0)
    path: Path = Path("data/simulated")


class ServeSettings(_Section):
    """``[serve]``: the report pages as a web page.

    ``ip``: address to listen on; ``localhost`` is this machine alone. ``base_url``: path behind a proxy.
    ``preheated``: kernels that wait for the next visitor. ``max_kernels``: those that run at a time, the waiting ones
    among them; who comes when all are taken sees the report without a kernel. ``idle_minutes``: after which the kernel
    of a visitor ends.
    """

    ip: str = "localhost"
    port: int = Field(default=8866, ge=0, le=65535)
    base_url: str = Field(default="/", pattern="^/")
    preheated: int = Field(default=1, ge=0, le=20)
    max_kernels: int = Field(default=6, ge=1, le=200)
    idle_minutes: float = Field(default=20, gt=0, le=1440)

    @property
    def most_visitors(self) -> int:
        """Visitors with a kernel of their own at a time."""
        return max(self.max_kernels - self.preheated, 1)


class TextSettings(_Section):
    """``[text]``: how texts of customers are read."""

    topics: Path | None = None
    """A list of topics of one's own, relative to the file of settings; the package's own ``topics.toml`` without."""


class Settings(_Section):
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

"""The sections of crm.toml: their settings, kinds, bounds and defaults."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

from crm_analysis.messages import _

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
    "Section",
    "ServeSettings",
    "SimulationSettings",
    "SourceSettings",
    "TextSettings",
    "WarehouseSettings",
]


class Section(BaseModel):
    """A table of crm.toml: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ProjectSettings(Section):
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


class AnalysisSettings(Section):
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


class CostSettings(Section):
    """``[costs]``: what orders and contacts cost where the data does not say; what is left out is named as such.

    ``shipping_per_order``: a parcel, in the project's currency. ``payment_fee_rate``: share of what is paid.
    ``minute``: a minute of work, for contacts with handled_minutes and no cost.
    """

    shipping_per_order: float | None = Field(default=None, ge=0)
    payment_fee_rate: float | None = Field(default=None, ge=0, lt=1)
    minute: float | None = Field(default=None, ge=0)


class WarehouseSettings(Section):
    """``[warehouse]``: engine, place and limits."""

    engine: Literal["duckdb", "pyspark"] = "duckdb"
    path: Path = Path("data/warehouse")
    memory_limit: str | None = None
    threads: int | None = Field(default=None, ge=1)
    options: dict[str, str] = Field(default_factory=dict)


class PathSettings(Section):
    """``[paths]``: folders, relative to the file of settings."""

    notebooks: Path = Path("notebooks")
    reports: Path = Path("reports")


class SourceSettings(Section):
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


class CleaningSettings(Section):
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


class IdentitySettings(Section):
    """``[identity]``: whether accounts of one person become one customer, and where phone numbers are from."""

    match: bool = True
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$")


class ChannelSettings(Section):
    """``[decisions.channels.NAME]``: what one contact costs, in the project's currency."""

    cost: float = Field(ge=0)
    owner: str = "marketing"


class OfferSettings(Section):
    """``[[decisions.offers]]``: one offer of the shop; ``effect_factor`` multiplies the strategy's effect."""

    name: str
    kind: Literal["money", "service", "convenience", "status"]
    cost: float = Field(default=0.0, ge=0)
    cost_share: float = Field(default=0.0, ge=0, le=1)
    effect_factor: float = Field(default=1.0, ge=0, le=10)
    segments: tuple[str, ...] = ()


class DecisionSettings(Section):
    """``[decisions]``: budget, control groups, caps, costs and assumed effects."""

    budget: float | None = Field(default=None, ge=0)
    control_share: float = Field(default=0.2, ge=0, le=0.5)
    global_holdout_share: float = Field(default=0.05, ge=0, le=0.5)
    max_contacts_in_30_days: int = Field(default=3, ge=1)
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)
    offers: tuple[OfferSettings, ...] = ()
    assumed_effects: dict[str, float] = Field(default_factory=dict)


class SimulationSettings(Section):
    """``[simulation]``: which simulated shop, for ``dataset = "simulated"``."""

    world: str = "default"
    customers: int | None = Field(default=None, ge=1)
    weeks: int | None = Field(default=None, ge=8, le=520)
    seed: int = Field(default=7, ge=0)
    path: Path = Path("data/simulated")


class ServeSettings(Section):
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


class TextSettings(Section):
    """``[text]``: how texts of customers are read."""

    topics: Path | None = None
    """A list of topics of one's own, relative to the file of settings; the package's own ``topics.toml`` without."""

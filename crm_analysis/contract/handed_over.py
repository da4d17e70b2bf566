"""The tables that one step hands to the next: key and columns, checked on write and on read."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crm_analysis.errors import ContractError
from crm_analysis.messages import _

__all__ = ["HANDED_OVER", "SCHEMA_VERSION", "HandedOver", "check_handed_over", "empty_handed_over"]

SCHEMA_VERSION = 1
"""Version of the handed-over tables; a newer one is refused."""


@dataclass(frozen=True)
class HandedOver:
    """A table of a run: which step writes it, what one row is, and its columns.

    ``columns`` maps names to kinds: text, integer, number, boolean, date. Further columns are allowed.
    """

    step: str
    key: tuple[str, ...]
    columns: dict[str, str]


def _table(step: str, key: str, columns: str) -> HandedOver:
    pairs = (part.split(":", 1) for part in columns.split())
    return HandedOver(step, tuple(key.split()), {pair[0]: pair[1] for pair in pairs})


HANDED_OVER: dict[str, HandedOver] = {
    "load_ledger": _table("00", "", "table:text source:text rows_read:integer"),
    "cleaning_ledger": _table(
        "00", "table rule", "table:text rule:text action:text rows:integer matched:integer amount:number"
    ),
    "monthly_agreement": _table("00", "", "month:date raw_amount:number sales_amount:number"),
    "readiness": _table("00", "part", "part:text step:text ready:boolean needs:text loaded:boolean"),
    "inventory": _table("00", "table column", "table:text column:text rows:integer filled:number first:date last:date"),
    "questions": _table(
        "00", "question", "question:text step:text stage:text answerable:boolean needs:text missing:text"
    ),
    "additions": _table("00", "rank", "rank:integer table:text columns:text questions:integer switched_on:text"),
    "maturity": _table("00", "stage", "stage:text questions:integer answerable:integer reached:boolean"),
    "revenue_by_period": _table(
        "01", "month", "month:date revenue:number orders:integer customers:integer complete:boolean"
    ),
    "goals": _table(
        "01",
        "goal",
        "goal:text metric:text start:number target:number due_on:date now:number low:number high:number at_pace:number "
        "state:text",
    ),
    "weekly_sales": _table("01", "week", "week:date revenue:number orders:integer"),
    "holiday_effects": _table("01", "holiday", "holiday:text times:integer change:number low:number high:number"),
    "customer_share": _table(
        "01", "category", "category:text customers:integer own:number spent:number share:number headroom:number"
    ),
    "competitor_grid": _table(
        "01", "criterion", "criterion:text ours:number rival:text best:number gap:number rival_share:number as_of:date"
    ),
    "sales_mix": _table(
        "01",
        "dimension value",
        "dimension:text value:text revenue_before:number revenue_after:number share_before:number share_after:number "
        "change:number low:number high:number customers:number sure:boolean",
    ),
    "target_reach": _table(
        "01",
        "group channel",
        "group:text channel:text customers:integer revenue:number with_address:number agreed:number reachable:number",
    ),
    "growth_bridge": _table("01", "part", "part:text amount:number"),
    "industry_traits": _table("01", "trait", "trait:text value:number unit:text"),
    "concentration": _table("01", "", "customers_share:number revenue_share:number"),
    "customer_scores": _table(
        "02",
        "customer_id",
        "customer_id:text recency_days:integer orders:integer revenue:number r_score:integer f_score:integer "
        "m_score:integer segment:text existing:boolean probability_alive:number probability_leaving:number "
        "expected_purchases:number value:number value_at_risk:number horizon_profit:number order_profit:number "
        "gross_profit:number serving:number profit:number",
    ),
    "segments": _table(
        "02", "segment", "segment:text customers:integer revenue:number profit:number value:number value_at_risk:number"
    ),
    "profit_ladder": _table("02", "rung", "rung:text amount:number basis:text"),
    "profit_deciles": _table(
        "02",
        "decile",
        "decile:integer customers:integer revenue:number serving:number profit:number share_profit:number value:number",
    ),
    "big_unprofitable": _table(
        "02", "customer_id", "customer_id:text revenue:number profit:number driver:text driver_amount:number"
    ),
    "good_customers": _table("02", "customer_id", "customer_id:text profit:number"),
    "own_segments": _table(
        "02", "segment", "segment:text rule:text customers:integer profit:number value:number value_at_risk:number"
    ),
    "group_members": _table("02", "customer_id criterion group", "customer_id:text criterion:text group:text"),
    "segment_overlaps": _table(
        "02", "criterion group segment", "criterion:text group:text segment:text customers:integer share:number"
    ),
    "segment_moves": _table(
        "02",
        "segment_from segment_to",
        "segment_from:text segment_to:text customers:integer reason:text share_reason:number value_change:number",
    ),
    "keep_list": _table(
        "02",
        "customer_id",
        "customer_id:text segment:text value:number probability_leaving:number value_at_risk:number spend_limit:number",
    ),
    "waiting_members": _table(
        "02", "customer_id", "customer_id:text joined_at:date source:text days_waiting:integer likelihood:number"
    ),
    "feedback_topics": _table(
        "02",
        "topic",
        "topic:text texts:integer customers:integer negative:integer unhappy:integer share_negative:number low:number "
        "high:number recent:integer before:integer change:number change_low:number change_high:number",
    ),
    "needs": _table(
        "02",
        "topic",
        "topic:text customers:integer unhappy:integer share_negative:number low:number high:number confidence:text",
    ),
    "feedback_products": _table(
        "02",
        "product_id",
        "product_id:text texts:integer negative:integer share:number low:number high:number mark:text",
    ),
    "satisfaction": _table(
        "02", "period", "period:date answers:integer customers:integer satisfied:number low:number high:number"
    ),
    "key_accounts": _table(
        "02", "customer_id", "customer_id:text orders:integer pieces_per_order:number order_value:number revenue:number"
    ),
    "households": _table("02", "size", "size:integer households:integer customers:integer profit:number value:number"),
    "referrers": _table(
        "02",
        "customer_id",
        "customer_id:text brought:integer brought_in_all:integer own_value:number brought_value:number",
    ),
    "leaving_scorecard": _table(
        "02",
        "way",
        "way:text log_loss:number auc:number brier:number chosen_loss:number difference:number low:number high:number "
        "winner:boolean",
    ),
    "leaving_drivers": _table(
        "02", "driver", "driver:text customers:integer odds_ratio:number low:number high:number named:boolean"
    ),
    "leaving_reasons": _table(
        "02",
        "customer_id rank",
        "customer_id:text rank:integer reason:text kind:text weight:number amount:number usual:number",
    ),
    "leaving_groups": _table(
        "02",
        "segment driver",
        "segment:text driver:text active:integer customers:integer probability_leaving:number value_at_risk:number",
    ),
    "early_traits": _table(
        "02",
        "trait value",
        "trait:text value:text customers:integer ratio:number low:number high:number q_value:number named:boolean",
    ),
    "new_customer_scores": _table("02", "customer_id", "customer_id:text first_day:date expected_sales:number"),
    "usage_headroom": _table(
        "02",
        "customer_id",
        "customer_id:text segment:text before:number now:number missing:number headroom:number chance:number",
    ),
    "affinity": _table(
        "02",
        "item other",
        "item:text other:text baskets:integer customers:integer support:number lift:number low:number high:number "
        "first:text",
    ),
    "preference_profiles": _table(
        "02",
        "customer_id trait",
        "customer_id:text trait:text value:text days:number share:number usual:number low:number high:number",
    ),
    "product_signals": _table(
        "02",
        "product_id",
        "product_id:text product:text category:text now:integer before:integer change:number low:number high:number "
        "trend:text sold:integer returned:integer returned_amount:number returned_share:number returned_low:number "
        "returned_high:number returned_mark:text firsts:integer back:integer back_share:number back_low:number "
        "back_high:number back_mark:text",
    ),
    "life_cycle": _table("02", "customer_id", "customer_id:text stage:text since:date purchases:integer"),
    "stage_migration": _table("02", "stage_from stage_to", "stage_from:text stage_to:text customers:integer"),
    "loyalty_index": _table(
        "02", "period part", "period:text part:text value:number low:number high:number customers:integer"
    ),
    "losses": _table(
        "02",
        "definition",
        "definition:text active_days:integer idle_days:integer least_purchases:integer customers:integer loss:number "
        "low:number high:number a_year:number",
    ),
    "latent_needs": _table(
        "02", "customer_id", "customer_id:text kind:text probability:number usual:number because:text"
    ),
    "latent_need_check": _table("02", "way", "way:text hit_one:number hit_three:number"),
    "below_peers": _table(
        "02",
        "customer_id",
        "customer_id:text segment:text own:number peers:number missing:number headroom:number chance:number",
    ),
    "segment_preferences": _table(
        "02",
        "segment trait value",
        "segment:text trait:text value:text customers:integer of:integer share:number usual:number chance:number",
    ),
    "stated_channels": _table(
        "02", "channel", "channel:text customers:integer contacted:integer through_it:integer agreed:number"
    ),
    "stated_preferences": _table(
        "02",
        "topic trait value",
        "topic:text trait:text value:text customers:integer observed:integer other:integer",
    ),
    "price_response": _table(
        "02",
        "kind name",
        "kind:text name:text products:integer purchases:integer elasticity:number low:number high:number sure:boolean",
    ),
    "empty_shelves": _table(
        "02", "product_id", "product_id:text product:text days:integer last_day:date usual:number missed:number"
    ),
    "frequent_returners": _table(
        "02",
        "customer_id",
        "customer_id:text sold:integer returned:integer amount:number kept:number share:number low:number high:number",
    ),
    "prospect_values": _table(
        "02",
        "origin",
        "origin:text prospects:integer known:integer at_risk:integer won:integer rate:number low:number high:number "
        "profit:number worth:number worth_low:number worth_high:number cost:number open:integer may_ask:integer",
    ),
    "prospect_scores": _table(
        "02", "prospect_id", "prospect_id:text origin:text rate:number worth:number has_basis:boolean"
    ),
    "claims": _table(
        "02",
        "claim",
        "claim:text stated:number value:number low:number high:number customers:integer missing:text",
    ),
    "rfm_grid": _table("02", "r f", "r:integer f:integer customers:integer"),
    "cohorts": _table(
        "02", "cohort age", "cohort:date age:integer customers:integer active:integer share:number complete:boolean"
    ),
    "segment_migration": _table("02", "segment_from segment_to", "segment_from:text segment_to:text customers:integer"),
    "identity_counts": _table("00", "", "accounts:integer customers:integer several:integer waiting:integer"),
    "channel_reach": _table("02", "reach", "reach:text customers:integer orders:integer revenue:number"),
    "prospect_reach": _table(
        "02",
        "origin",
        "origin:text prospects:integer known:integer revenue:number with_basis:integer open:integer",
    ),
    "partner_customers": _table("02", "partner", "partner:text customers:integer revenue:number agreed:integer"),
    "consent_bases": _table("02", "origin who basis", "origin:text who:text basis:text people:integer open:integer"),
    "contact_kinds": _table(
        "02",
        "kind",
        "kind:text contacts:integer customers:integer cost:number minutes:number days:integer compared:integer "
        "orders_after:number usual_orders:number difference:number low:number high:number",
    ),
    "contact_outcomes": _table("02", "kind outcome", "kind:text outcome:text contacts:integer"),
    "model_scorecard": _table("02", "question model", "question:text model:text rmse:number winner:boolean"),
    "purchase_policies": _table("02", "policy", "policy:text rows:integer amount:number share:number"),
    "spend_by_frequency": _table(
        "02", "frequency_class", "frequency_class:text customers:integer actual:number model:number average:number"
    ),
    "forecast_origins": _table(
        "02", "origin part model", "origin:date role:text part:text model:text rmse:number mae:number"
    ),
    "forecast_by_frequency": _table(
        "02",
        "frequency_class model",
        "frequency_class:text model:text customers:integer actual_mean:number predicted_mean:number",
    ),
    "weekly_forecast": _table("02", "week", "week:date actual_cumulative:number model_cumulative:number period:text"),
    "strategy_by_segment": _table(
        "03",
        "segment strategy",
        "segment:text strategy:text customers:integer cost:number assumed_effect:number break_even_effect:number "
        "safety:number expected_profit:number evidence:text chosen:boolean",
    ),
    "hypothesis_cards": _table("03", "card", "card:text segment:text strategy:text customers:integer evidence:text"),
    "budget_split": _table("03", "objective", "objective:text customers:integer cost:number"),
    "offer_decisions": _table(
        "04", "customer_id", "customer_id:text segment:text strategy:text offer:text cost:number expected_profit:number"
    ),
    "budget_curve": _table("04", "", "budget:number expected_profit:number customers:integer"),
    "personal_plan": _table("05", "customer_id rank", "customer_id:text rank:integer item:text kind:text reason:text"),
    "personalization_backtest": _table("05", "method", "method:text hit_rate:number low:number high:number n:integer"),
    "contact_plan": _table(
        "06",
        "customer_id",
        "customer_id:text action:text channel:text planned_on:date arm:text state:text consent:text",
    ),
    "exclusions": _table("06", "order", "order:integer reason:text customers:integer"),
    "calendar": _table("06", "week channel", "week:date channel:text contacts:integer"),
    "campaign_results": _table(
        "07",
        "campaign_id",
        "campaign_id:text treated:integer compared:integer estimate:number low:number high:number evidence:text",
    ),
    "planned_tests": _table(
        "07", "action", "action:text customers:integer needed_per_arm:number detectable_effect:number"
    ),
}
"""Every handed-over table by name; an empty key means that no column identifies the row."""

_KINDS = {
    "text": lambda s: pd.api.types.is_string_dtype(s) or pd.api.types.is_object_dtype(s),
    "integer": pd.api.types.is_integer_dtype,
    "number": pd.api.types.is_numeric_dtype,
    "boolean": pd.api.types.is_bool_dtype,
    "date": pd.api.types.is_datetime64_any_dtype,
}


def empty_handed_over(name: str) -> pd.DataFrame:
    """A handed-over table without rows, its columns typed as declared."""
    kinds = {"text": "str", "integer": "int64", "number": "float64", "boolean": "bool", "date": "datetime64[us]"}
    return pd.DataFrame({c: pd.Series(dtype=kinds[kind]) for c, kind in HANDED_OVER[name].columns.items()})


def check_handed_over(name: str, frame: pd.DataFrame) -> None:
    """Hold a frame against its declaration.

    Raises
    ------
    ContractError
        The table is not declared, a column is missing or of another kind, or its key repeats.
    """
    if name not in HANDED_OVER:
        raise ContractError(_("Table '{name}' is not one that steps hand over. Declare it in the contract.", name=name))
    spec = HANDED_OVER[name]
    for column, kind in spec.columns.items():
        if column not in frame.columns:
            raise ContractError(_("Table '{name}' has no column '{column}'.", name=name, column=column))
        if len(frame) and not _KINDS[kind](frame[column]):
            raise ContractError(
                _(
                    "Table '{name}': column '{column}' is {found}, it must be {kind}.",
                    name=name,
                    column=column,
                    found=str(frame[column].dtype),
                    kind=kind,
                )
            )
    if spec.key and frame.duplicated(list(spec.key)).any():
        count = int(frame.duplicated(list(spec.key)).sum())
        raise ContractError(
            _("Table '{name}': {count} rows repeat the key {key}.", name=name, count=count, key=", ".join(spec.key))
        )

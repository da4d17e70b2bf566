"""Features as Ibis expressions: purchases, periods, RFM, baskets."""

from crm_analysis.features.affinity import BasketPairs, basket_pairs, order_of_pairs
from crm_analysis.features.baskets import customer_items, item_lines, item_pairs, item_profit, items, items_of_customers
from crm_analysis.features.behaviour import BEHAVIOUR, behaviour_traits
from crm_analysis.features.consents import (
    ADVERTISING,
    CONSENT_CHANNELS,
    advertising_consents,
    consent_purposes,
    current_consents,
)
from crm_analysis.features.contact_kinds import CONTACT_KINDS, contact_kind
from crm_analysis.features.contact_values import contact_outcomes, contact_values
from crm_analysis.features.customer_record import CustomerRecord
from crm_analysis.features.existing import ExistingCustomers, existing_customers
from crm_analysis.features.first_orders import EARLY_DAYS, FOLLOWED_DAYS, first_new_day, first_orders
from crm_analysis.features.holidays import HOLIDAYS, moving_holidays, weekly_sales
from crm_analysis.features.key_accounts import key_accounts
from crm_analysis.features.kinds_bought import kind_windows, kinds_bought, level_of_kinds
from crm_analysis.features.kpis import KPIS, Measured, measure
from crm_analysis.features.leaving_traits import HABITS, leaving_traits
from crm_analysis.features.life_cycle import STAGES, life_cycle, stage_migration
from crm_analysis.features.lived_through import LIVED_THROUGH, lived_through
from crm_analysis.features.losses import losses_by_definition
from crm_analysis.features.loyalty_index import loyalty_index
from crm_analysis.features.margin import Margin, margin_from, margin_of
from crm_analysis.features.mix import sales_mix
from crm_analysis.features.origins import known_and_after
from crm_analysis.features.overlaps import GoodCustomers, good_customers, group_members, own_segments, segment_overlaps
from crm_analysis.features.peers import below_peers
from crm_analysis.features.periods import (
    cohorts,
    first_purchases,
    gaps,
    growth_bridge,
    purchases_in,
    quarter_sales,
    revenue_by_period,
    weekly_purchases,
)
from crm_analysis.features.policies import POLICIES, purchase_policies
from crm_analysis.features.preferences import preference_profiles, preferences_by_segment
from crm_analysis.features.price_periods import empty_shelves, price_periods
from crm_analysis.features.product_counts import BACK_DAYS, product_counts
from crm_analysis.features.product_names import categories_of, names_of
from crm_analysis.features.profit import RUNGS, ProfitLadder, profit_ladder
from crm_analysis.features.profit_views import (
    big_unprofitable,
    losing_customers,
    profit_deciles,
    turning_margin,
    with_profit,
)
from crm_analysis.features.prospects import (
    first_categories,
    first_year_profit,
    partner_prices,
    prospect_history,
    region_density,
)
from crm_analysis.features.purchases import (
    DAYS_PER_UNIT,
    Unit,
    customer_facts,
    customer_summary,
    per_customer,
    period,
    purchase_days,
    purchase_states,
)
from crm_analysis.features.reach import (
    SEVERAL,
    channel_reach,
    consent_bases,
    identity_counts,
    partner_customers,
    prospect_reach,
)
from crm_analysis.features.relations import Referrals, households, referrals
from crm_analysis.features.returners import returns_by_customer
from crm_analysis.features.rfm import (
    SEGMENTS,
    existing_since_start,
    name_segments,
    rfm_cut_points,
    rfm_scores,
)
from crm_analysis.features.satisfaction import profit_of_satisfied, repeat_by_satisfaction, satisfaction_by_quarter
from crm_analysis.features.segment_moves import moves_since_run
from crm_analysis.features.segmentation import (
    concentration,
    moves_since,
    profit_spread,
    rfm_grid,
    risk_grid,
    segment_customers,
    segment_migration,
    segments,
)
from crm_analysis.features.stated import stated_against_observed, stated_channels
from crm_analysis.features.target import target_reach
from crm_analysis.features.timeline import TIMELINE_TABLES, timeline
from crm_analysis.features.usage import usage_headroom
from crm_analysis.features.waiting_members import WaitingMembers, waiting_members
from crm_analysis.features.wallet import CustomerShare, breadth_against_peers, customer_share
from crm_analysis.features.years import year_bounds, years_of_customers

__all__ = [
    "STAGES",
    "below_peers",
    "empty_shelves",
    "first_categories",
    "first_year_profit",
    "categories_of",
    "kind_windows",
    "names_of",
    "kinds_bought",
    "partner_prices",
    "level_of_kinds",
    "life_cycle",
    "losses_by_definition",
    "loyalty_index",
    "preferences_by_segment",
    "price_periods",
    "prospect_history",
    "region_density",
    "returns_by_customer",
    "sales_mix",
    "stage_migration",
    "stated_against_observed",
    "stated_channels",
    "target_reach",
    "BACK_DAYS",
    "preference_profiles",
    "product_counts",
    "BasketPairs",
    "EARLY_DAYS",
    "FOLLOWED_DAYS",
    "basket_pairs",
    "first_new_day",
    "first_orders",
    "order_of_pairs",
    "usage_headroom",
    "CustomerShare",
    "KPIS",
    "Measured",
    "breadth_against_peers",
    "customer_share",
    "measure",
    "HOLIDAYS",
    "moving_holidays",
    "weekly_sales",
    "HABITS",
    "LIVED_THROUGH",
    "leaving_traits",
    "lived_through",
    "BEHAVIOUR",
    "Referrals",
    "WaitingMembers",
    "behaviour_traits",
    "GoodCustomers",
    "good_customers",
    "group_members",
    "households",
    "key_accounts",
    "own_segments",
    "moves_since_run",
    "referrals",
    "profit_of_satisfied",
    "repeat_by_satisfaction",
    "satisfaction_by_quarter",
    "segment_overlaps",
    "waiting_members",
    "consent_bases",
    "consent_purposes",
    "advertising_consents",
    "CONSENT_CHANNELS",
    "ADVERTISING",
    "CONTACT_KINDS",
    "CustomerRecord",
    "DAYS_PER_UNIT",
    "SEGMENTS",
    "SEVERAL",
    "TIMELINE_TABLES",
    "Unit",
    "channel_reach",
    "cohorts",
    "concentration",
    "contact_kind",
    "contact_outcomes",
    "contact_values",
    "current_consents",
    "customer_facts",
    "customer_items",
    "customer_summary",
    "ExistingCustomers",
    "existing_customers",
    "existing_since_start",
    "first_purchases",
    "gaps",
    "identity_counts",
    "growth_bridge",
    "item_lines",
    "item_pairs",
    "item_profit",
    "RUNGS",
    "ProfitLadder",
    "big_unprofitable",
    "losing_customers",
    "margin_from",
    "margin_of",
    "profit_deciles",
    "profit_ladder",
    "turning_margin",
    "with_profit",
    "Margin",
    "items",
    "items_of_customers",
    "known_and_after",
    "moves_since",
    "name_segments",
    "period",
    "POLICIES",
    "profit_spread",
    "partner_customers",
    "prospect_reach",
    "per_customer",
    "purchase_days",
    "purchase_policies",
    "purchase_states",
    "purchases_in",
    "quarter_sales",
    "revenue_by_period",
    "rfm_cut_points",
    "rfm_grid",
    "rfm_scores",
    "risk_grid",
    "segment_customers",
    "segment_migration",
    "segments",
    "timeline",
    "weekly_purchases",
    "year_bounds",
    "years_of_customers",
]

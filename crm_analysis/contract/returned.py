"""What comes back from a plan: who was contacted, and what they did."""

from __future__ import annotations

from crm_analysis.contract.columns import CUSTOMER_HEADERS, Column, TableSpec, headers
from crm_analysis.messages import _

__all__ = ["CONTACT_RESULTS"]

CONTACT_RESULTS = TableSpec(
    name="contact_results",
    grain=lambda: _("one row per customer and contact"),
    key=("customer_id", "contacted_at"),
    columns=(
        Column(
            "customer_id",
            "id",
            lambda: _("Who, by the number that the plan's list gives."),
            required=True,
            aliases=CUSTOMER_HEADERS,
        ),
        Column(
            "contacted_at",
            "timestamp",
            lambda: _("When the contact was made."),
            required=True,
            aliases=headers(
                "date contacted contactedat contactdate sentat senton calledat 발송일 발송일시 접촉일 통화일 일자 날짜"
            ),
        ),
        Column(
            "channel", "text", lambda: _("Through what: email, phone and so on."), aliases=headers("medium 채널 매체")
        ),
        Column(
            "outcome",
            "text",
            lambda: _("What came of it: delivered, opened, replied, bought, opted out."),
            aliases=headers("result status response 결과 반응 상태"),
        ),
    ),
)
"""Results of a plan. They come in by ``crm-analysis import-results``, not from ``[sources]``."""

"""The table about customers."""

from __future__ import annotations

from crm_analysis.contract.columns import CUSTOMER_HEADERS, Column, TableSpec, headers
from crm_analysis.messages import _

__all__ = ["CUSTOMERS"]

CUSTOMERS = TableSpec(
    name="customers",
    grain=lambda: _("one row per customer"),
    key=("customer_id",),
    switches_on=lambda: _("demographic cuts; registered customers without an order"),
    columns=(
        Column(
            "customer_id",
            "id",
            lambda: _("Who: the id used in order_lines."),
            required=True,
            aliases=CUSTOMER_HEADERS,
        ),
        Column(
            "name",
            "text",
            lambda: _("Name."),
            personal=True,
            aliases=headers("name fullname 이름 성명 고객명"),
        ),
        Column("email", "text", lambda: _("E-mail address."), personal=True, aliases=headers("email mail 이메일")),
        Column(
            "phone",
            "text",
            lambda: _("Phone number."),
            personal=True,
            aliases=headers("phone mobile tel 휴대폰 전화번호 연락처"),
        ),
        Column("address", "text", lambda: _("Address."), personal=True, aliases=headers("address 주소")),
        Column(
            "birth_date",
            "date",
            lambda: _("Date of birth."),
            personal=True,
            aliases=headers("birthdate birthday dob 생년월일 생일"),
        ),
        Column(
            "gender",
            "text",
            lambda: _("Gender as given by the customer."),
            personal=True,
            aliases=headers("gender sex 성별"),
        ),
        Column(
            "joined_at",
            "date",
            lambda: _("When the customer registered."),
            switches_on=lambda: _("which customers are really new"),
            aliases=headers("joinedat joined signupdate createdat 가입일 등록일"),
        ),
        Column(
            "acquisition_source",
            "text",
            lambda: _("Where the customer came from."),
            aliases=headers("source acquisitionsource 유입경로"),
        ),
        Column(
            "region",
            "text",
            lambda: _("Region, such as a city or a province; no address."),
            switches_on=lambda: _("sales by region, and where prospects are"),
            aliases=headers("region city province state 지역 시도 시군구"),
        ),
        Column("age_group", "text", lambda: _("Age group."), aliases=headers("age agegroup 연령대")),
        Column("income_group", "text", lambda: _("Income group."), aliases=headers("income incomegroup 소득")),
        Column(
            "household_size",
            "text",
            lambda: _("People in the household."),
            aliases=headers("householdsize 가구원수"),
        ),
        Column("household_id", "id", lambda: _("Household."), aliases=headers("household")),
        Column(
            "referrer_id",
            "id",
            lambda: _("The customer who recommended us."),
            switches_on=lambda: _("what recommendations bring"),
            aliases=headers("referrer referrerid 추천인 추천인id"),
        ),
    ),
)

"""How organizations are sent and shown: with the plan they are on and what they have."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.texts import GivenId, Name
from billing_core.domain.organizations import Organization
from billing_core.domain.plans import Subscription
from billing_core.services.credits.read_balance import Balance
from billing_core.services.organizations.create_organization import FIRST_PLAN

SEATS_MAX = 1_000_000
_BRIEF: dict[str, Any] = {
    "id": "org_01kafh9v7w3m5n8q2r4s6t0x1y",
    "name": "Northwind AI",
    "currency": "USD",
    "time_zone": "Europe/Berlin",
    "created_at": "2026-11-20T12:00:00Z",
    "plan": {
        "code": "team",
        "version": 1,
        "interval": "month",
        "seats": 5,
        "discount": None,
        "started_at": "2026-11-20T12:00:00Z",
    },
}
_WHOLE: dict[str, Any] = _BRIEF | {
    "members": 3,
    "balance": {
        "credits": {"amount": "640.00", "currency": "CREDITS"},
        "money": {"amount": "25.00", "currency": "USD"},
        "owed": {"amount": "0.00", "currency": "USD"},
    },
}


class OrganizationSent(BaseModel):
    """An organization to create: on a plan sold in its currency, its days those of its time zone."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "Northwind AI", "plan": "team", "time_zone": "Europe/Berlin"}},
    )

    name: Name
    plan: GivenId = FIRST_PLAN
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3,8}$")] = "USD"
    time_zone: Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_+/-]+$")] = "UTC"


class OrganizationChanged(BaseModel):
    """What changes. With any of `plan`, `interval`, `seats` and `discount` a new subscription begins now.

    What is left out of these four is then as it is on a plan it stays on, and as usual on another: by the month, the
    seats included, no discount.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Northwind", "plan": "team"}})

    name: Name | None = None
    plan: GivenId | None = None
    interval: Literal["month", "year"] | None = None
    seats: Annotated[StrictInt, Field(ge=1, le=SEATS_MAX)] | None = None
    discount: GivenId | None = None


class PlanHeld(BaseModel):
    """The version of a plan that an organization is on, and since when."""

    code: str
    version: int
    interval: Literal["month", "year"]
    seats: int
    discount: str | None
    started_at: datetime


class OrganizationBrief(BaseModel):
    """An organization and its plan, null while it has none."""

    model_config = ConfigDict(json_schema_extra={"example": _BRIEF})

    id: str
    name: str
    currency: str
    time_zone: str
    created_at: datetime
    plan: PlanHeld | None


class BalanceHeld(BaseModel):
    """Credits and prepaid money that may be used now, and usage on its way to the next invoice."""

    credits: Amount
    money: Amount
    owed: Amount


class OrganizationShown(OrganizationBrief):
    """An organization with its plan, its balance and how many members it has."""

    model_config = ConfigDict(json_schema_extra={"example": _WHOLE})

    members: int
    balance: BalanceHeld


def organization_brief(organization: Organization, subscription: Subscription | None) -> OrganizationBrief:
    """The organization as lists show it."""
    return OrganizationBrief(**_facts(organization, subscription))


def organization_shown(
    organization: Organization, subscription: Subscription | None, balance: Balance, members: int
) -> OrganizationShown:
    """The organization as it is shown on its own."""
    return OrganizationShown(
        **_facts(organization, subscription),
        members=members,
        balance=BalanceHeld(
            credits=amount_of(balance.credits),
            money=amount_of(balance.money.available),
            owed=amount_of(balance.money.owed),
        ),
    )


def _facts(organization: Organization, subscription: Subscription | None) -> dict[str, Any]:
    return {
        "id": organization.id,
        "name": organization.name,
        "currency": organization.currency,
        "time_zone": organization.time_zone.key,
        "created_at": organization.created_at,
        "plan": None if subscription is None else _plan_held(subscription),
    }


def _plan_held(subscription: Subscription) -> PlanHeld:
    return PlanHeld(
        code=subscription.plan_version.plan_code,
        version=subscription.plan_version.number,
        interval=subscription.interval,
        seats=subscription.seats,
        discount=subscription.discount,
        started_at=subscription.started_at,
    )

"""The face of credits, in the words of the fourth requirement document; all of it awaits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from billing_core.domain.usage import Quantities
from billing_core.sdk.amounts import plain_decimal
from billing_core.sdk.backend import HOLD_LIFETIME
from billing_core.sdk.connection import backend
from billing_core.sdk.reserved import as_used
from billing_core.sdk.usage_event import UsageDetails, told_event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from typing import Any

    from billing_core.domain.holds import Hold
    from billing_core.domain.money import Money
    from billing_core.domain.usage import UsageEvent
    from billing_core.domain.used import Used
    from billing_core.services.charging.ports import Receipt


class CreditBalance(TypedDict):
    """Credits that can be used now, and the prepaid balance in its currency, beside what of it is reserved."""

    available: Decimal
    balance: Decimal
    reserved: Decimal
    currency: str


class CreditService:
    """Credits of an organization: what there is, using them, and reserving them for work that takes a while."""

    async def get_balance(self, organization_id: str) -> CreditBalance:
        """What can be used now; NotFound for an unknown organization."""
        balance = await backend().balance_async(organization_id)
        return CreditBalance(
            available=plain_decimal(balance.credits),
            balance=plain_decimal(balance.money.available),
            reserved=plain_decimal(balance.money.held),
            currency=balance.money.posted.currency,
        )

    async def get_action_cost(self, organization_id: str, action: str, units: int = 1) -> Money:
        """What an action costs under the organization's plan; FeatureNotIncluded when it does not have it."""
        return await backend().price_async(organization_id, action, Quantities(units=units))

    async def has_sufficient_credits(self, organization_id: str, action: str, units: int = 1) -> bool:
        """Whether the action would be admitted now; nothing is kept for it."""
        event = told_event(organization_id, action, units, None, None, {})
        return (await backend().entitlement_async(event)).is_allowed

    async def use_credits(
        self,
        organization_id: str,
        action: str,
        units: int = 1,
        *,
        user_id: str | None = None,
        department: str | None = None,
        event_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Receipt:
        """Take what the action costs from the credits; refused with InsufficientFunds and its kinds."""
        return await backend().charge_async(
            _event(organization_id, action, units, user_id, department, event_id, metadata)
        )

    async def reserve_credits(
        self,
        organization_id: str,
        action: str,
        units: int = 1,
        *,
        lifetime: timedelta = HOLD_LIFETIME,
        user_id: str | None = None,
        department: str | None = None,
        event_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Hold:
        """Set aside what the action takes at most, until it is settled or released or its `lifetime` is over."""
        event = _event(organization_id, action, units, user_id, department, event_id, metadata)
        return await backend().reserve_async(event, lifetime)

    async def settle_credits(self, hold: Hold, used: int | Quantities | Used | None = None) -> Receipt:
        """Charge what was really used and free the rest; None is all that was reserved.

        More than was reserved is refused when nothing covers it, and the hold stays open. HoldResolved when it was
        settled with other figures, released, or has expired.
        """
        return await backend().settle_async(hold.event.organization_id, hold.id, as_used(used))

    async def release_credits(self, hold: Hold) -> Hold:
        """Give back what a hold keeps; HoldResolved for one that was settled."""
        return await backend().release_async(hold.event.organization_id, hold.id)


credit_service = CreditService()


def _event(
    organization_id: str,
    action: str,
    units: int,
    user_id: str | None,
    department: str | None,
    event_id: str | None,
    metadata: Mapping[str, Any] | None,
) -> UsageEvent:
    details = UsageDetails()
    if department is not None:
        details["department"] = department
    if metadata is not None:
        details["properties"] = metadata
    return told_event(organization_id, action, units, user_id, event_id, details)

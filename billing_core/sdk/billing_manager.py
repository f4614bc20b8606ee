"""The face of billing that product code talks to, in the words of the first requirement document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from billing_core.sdk.amounts import decimal_text, plain_decimal
from billing_core.sdk.backend import AGE_MAX
from billing_core.sdk.connection import backend
from billing_core.sdk.usage_event import UsageDetails, new_operation, quantities_of, told_event

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from decimal import Decimal

    from billing_core.domain.money import Money
    from billing_core.services.charging.entitlement import Entitlement
    from billing_core.services.charging.ports import Receipt


class BillingManager:
    """May this run, what does it cost, record it: every method works on the `backend()` in use.

    Amounts are exact: `Decimal` and `Money`, never floats. Errors are `billing_core.domain.errors`, each with a stable
    `code`, the `field` at fault and the values needed to act on it. What ends in `_async` is for event loops.
    """

    @classmethod
    def check_access(cls, organization_id: str, feature_name: str, *, max_age: timedelta = AGE_MAX) -> bool:
        """Whether the organization's plan includes the feature; NotFound for an unknown organization or feature.

        It may have been so up to `max_age` ago, where another process changed it; zero asks the database.
        """
        return backend().check_access(organization_id, feature_name, max_age)

    @classmethod
    async def check_access_async(cls, organization_id: str, feature_name: str, *, max_age: timedelta = AGE_MAX) -> bool:
        return await backend().check_access_async(organization_id, feature_name, max_age)

    @classmethod
    def get_price(
        cls,
        organization_id: str,
        feature_name: str,
        units: int = 1,
        *,
        model: str | None = None,
        max_age: timedelta = AGE_MAX,
        **tokens: int,
    ) -> Money:
        """What such a use costs beyond the allowance, under the organization's plan.

        `tokens` are `input_tokens`, `output_tokens` and the other counts of `Quantities`.
        """
        return backend().price(organization_id, feature_name, quantities_of(units, tokens), model, max_age)

    @classmethod
    async def get_price_async(
        cls,
        organization_id: str,
        feature_name: str,
        units: int = 1,
        *,
        model: str | None = None,
        max_age: timedelta = AGE_MAX,
        **tokens: int,
    ) -> Money:
        quantities = quantities_of(units, tokens)
        return await backend().price_async(organization_id, feature_name, quantities, model, max_age)

    @classmethod
    def check_limit(cls, organization_id: str, feature_name: str, *, max_age: timedelta = AGE_MAX) -> int | None:
        """How much of the feature's allowance is left in this period; None when nothing limits it.

        As it was up to `max_age` ago, with all that this process has charged.
        """
        return backend().remaining(organization_id, feature_name, max_age)

    @classmethod
    async def check_limit_async(
        cls, organization_id: str, feature_name: str, *, max_age: timedelta = AGE_MAX
    ) -> int | None:
        return await backend().remaining_async(organization_id, feature_name, max_age)

    @classmethod
    def get_entitlement(
        cls,
        organization_id: str,
        feature_name: str,
        units: int = 1,
        user_id: str | None = None,
        **details: Unpack[UsageDetails],
    ) -> Entitlement:
        """Whether this use would be admitted now, what it would cost and who would pay; nothing is kept for it.

        A refusal is an answer here: `is_allowed`, and `refusal` with the scope, the limit, what is used and when it
        resets. NotFound or InvalidInput for what cannot be decided.
        """
        return backend().entitlement(told_event(organization_id, feature_name, units, user_id, None, details))

    @classmethod
    async def get_entitlement_async(
        cls,
        organization_id: str,
        feature_name: str,
        units: int = 1,
        user_id: str | None = None,
        **details: Unpack[UsageDetails],
    ) -> Entitlement:
        event = told_event(organization_id, feature_name, units, user_id, None, details)
        return await backend().entitlement_async(event)

    @classmethod
    def charge(
        cls,
        organization_id: str,
        feature_name: str,
        units: int = 1,
        user_id: str | None = None,
        *,
        event_id: str | None = None,
        **details: Unpack[UsageDetails],
    ) -> Receipt:
        """Charge one use before or as it happens; refused when allowance, credits and balance do not cover it.

        Give an `event_id` of your own (a request id) to make the call safe to repeat: the same id charges once and
        returns the first receipt.
        Raises FeatureNotIncluded, LimitExceeded, BudgetExceeded, InsufficientFunds, EventConflict, NotFound or
        InvalidInput.
        """
        return backend().charge(told_event(organization_id, feature_name, units, user_id, event_id, details))

    @classmethod
    async def charge_async(
        cls,
        organization_id: str,
        feature_name: str,
        units: int = 1,
        user_id: str | None = None,
        *,
        event_id: str | None = None,
        **details: Unpack[UsageDetails],
    ) -> Receipt:
        event = told_event(organization_id, feature_name, units, user_id, event_id, details)
        return await backend().charge_async(event)

    @classmethod
    def log_usage(
        cls,
        organization_id: str,
        feature_name: str,
        units: int = 1,
        user_id: str | None = None,
        *,
        event_id: str | None = None,
        **details: Unpack[UsageDetails],
    ) -> Receipt:
        """Record a use that has happened: as `charge`, but never refused for lack of funds; it becomes overage."""
        return backend().record(told_event(organization_id, feature_name, units, user_id, event_id, details))

    @classmethod
    async def log_usage_async(
        cls,
        organization_id: str,
        feature_name: str,
        units: int = 1,
        user_id: str | None = None,
        *,
        event_id: str | None = None,
        **details: Unpack[UsageDetails],
    ) -> Receipt:
        event = told_event(organization_id, feature_name, units, user_id, event_id, details)
        return await backend().record_async(event)

    @classmethod
    def get_balance(cls, organization_id: str) -> Decimal:
        """The prepaid balance in the organization's currency."""
        return plain_decimal(backend().balance(organization_id).money.available)

    @classmethod
    async def get_balance_async(cls, organization_id: str) -> Decimal:
        return plain_decimal((await backend().balance_async(organization_id)).money.available)

    @classmethod
    def get_credits(cls, organization_id: str) -> Decimal:
        """The credits that can be used now."""
        return plain_decimal(backend().balance(organization_id).credits)

    @classmethod
    async def get_credits_async(cls, organization_id: str) -> Decimal:
        return plain_decimal((await backend().balance_async(organization_id)).credits)

    @classmethod
    def top_up(cls, organization_id: str, amount: str | Decimal, *, operation: str | None = None) -> Decimal:
        """Add money received outside Stripe to the balance, and return the new balance.

        The same `operation` (a payment reference) adds once.
        """
        operation = new_operation() if operation is None else operation
        return plain_decimal(backend().top_up(organization_id, decimal_text(amount), operation).money.available)

    @classmethod
    async def top_up_async(
        cls, organization_id: str, amount: str | Decimal, *, operation: str | None = None
    ) -> Decimal:
        operation = new_operation() if operation is None else operation
        balance = await backend().top_up_async(organization_id, decimal_text(amount), operation)
        return plain_decimal(balance.money.available)

    @classmethod
    def grant_credits(
        cls,
        organization_id: str,
        credits: str | Decimal | int,
        *,
        name: str = "Credits",
        expires_at: datetime | None = None,
        operation: str | None = None,
    ) -> Decimal:
        """Give credits without payment, and return the credits that can be used now."""
        amount = decimal_text(credits, field="credits")
        operation = new_operation() if operation is None else operation
        balance = backend().grant_credits(organization_id, amount, operation, name=name, expires_at=expires_at)
        return plain_decimal(balance.credits)

    @classmethod
    async def grant_credits_async(
        cls,
        organization_id: str,
        credits: str | Decimal | int,
        *,
        name: str = "Credits",
        expires_at: datetime | None = None,
        operation: str | None = None,
    ) -> Decimal:
        amount = decimal_text(credits, field="credits")
        operation = new_operation() if operation is None else operation
        balance = await backend().grant_credits_async(
            organization_id, amount, operation, name=name, expires_at=expires_at
        )
        return plain_decimal(balance.credits)

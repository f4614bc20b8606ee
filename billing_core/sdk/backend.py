"""What the package needs from billing, in this process or over HTTP: every face of the package stands on this.

Both kinds answer with the same values and raise the same `billing_core.domain.errors`. Whatever waits has a twin for
event loops, which ends in `_async` and does the same.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from billing_core.domain.errors import InvalidInput
from billing_core.domain.used import AS_ANNOUNCED, Used
from billing_core.sdk.figures import Figures

if TYPE_CHECKING:  # most of the time to import this package would go into values that only annotations name
    from collections.abc import Sequence
    from datetime import datetime

    from billing_core.domain.clock import Clock
    from billing_core.domain.errors import BillingError
    from billing_core.domain.holds import Hold
    from billing_core.domain.money import Money
    from billing_core.domain.usage import Quantities, UsageEvent
    from billing_core.services.charging.entitlement import Entitlement
    from billing_core.services.charging.lanes import Admitted
    from billing_core.services.charging.ports import Receipt
    from billing_core.services.credits.read_balance import Balance

# How old an answer to a question before a call may be.
AGE_MAX = timedelta(seconds=1)
HOLD_LIFETIME = timedelta(minutes=15)
BATCH_MAX = 1_000


def check_batch(events: Sequence[UsageEvent]) -> None:
    """InvalidInput for more events than may be handed in at once."""
    if len(events) > BATCH_MAX:
        raise InvalidInput(f"{len(events)} events at once; hand in at most {BATCH_MAX:,}.", field="events")


class Questions(Protocol):
    """What may be asked before a call. Answers may be up to `max_age` old; zero asks the database.

    NotFound for an organization or a feature that is not there.
    """

    def check_access(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> bool:
        """Whether the organization's plan includes the feature."""
        ...

    def price(
        self,
        organization_id: str,
        feature: str,
        quantities: Quantities,
        model: str | None = None,
        max_age: timedelta = AGE_MAX,
    ) -> Money:
        """What such a use costs beyond the allowance; FeatureNotIncluded when the plan does not have the feature."""
        ...

    def remaining(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> int | None:
        """How much of the feature's allowance is left in this period; None when nothing limits it."""
        ...

    def entitlement(self, event: UsageEvent) -> Entitlement:
        """Whether this use would be admitted now, what it would cost and who would pay; nothing is kept for it."""
        ...

    async def check_access_async(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> bool: ...
    async def price_async(
        self,
        organization_id: str,
        feature: str,
        quantities: Quantities,
        model: str | None = None,
        max_age: timedelta = AGE_MAX,
    ) -> Money: ...
    async def remaining_async(self, organization_id: str, feature: str, max_age: timedelta = AGE_MAX) -> int | None: ...
    async def entitlement_async(self, event: UsageEvent) -> Entitlement: ...


class Uses(Protocol):
    """Uses of features. Each is safe to repeat: the same event is charged once and answered with its first receipt."""

    def charge(self, event: UsageEvent) -> Receipt:
        """Charge a use before or as it happens.

        Raises FeatureNotIncluded, LimitExceeded, BudgetExceeded or InsufficientFunds when nothing covers it,
        EventConflict when the same event id was used for something else, NotFound or InvalidInput.
        """
        ...

    def record(self, event: UsageEvent) -> Receipt:
        """Charge a use that has happened: never refused for lack of funds, it becomes overage."""
        ...

    def record_many(self, events: Sequence[UsageEvent]) -> Sequence[Receipt | BillingError]:
        """`record` for up to 1,000 events at once: one outcome each, in their order; one refused disturbs no other."""
        ...

    def admit(self, event: UsageEvent) -> Admitted:
        """Let a short call happen, in microseconds where that can be: what it would take at most is set aside.

        For some twenty seconds; then it may be gone, and `finish` charges what happened as `record` does. A call
        that may last longer reserves. `event` has no time. Raises what refuses it, as `charge`.
        """
        ...

    def finish(self, admitted: Admitted, used: Used = AS_ANNOUNCED) -> Receipt:
        """Charge what an admitted call used, first from what was set aside; it has happened, so as `record`."""
        ...

    def cancel(self, admitted: Admitted) -> None:
        """Give back what was set aside for a call that did not happen after all."""
        ...

    def reserve(self, event: UsageEvent, lifetime: timedelta = HOLD_LIFETIME) -> Hold:
        """Hold what the event would take at most, for a second to a day; raises what refuses it, as `charge`."""
        ...

    def settle(
        self, organization_id: str, hold_id: str, used: Used = AS_ANNOUNCED, *, is_refusable: bool = True
    ) -> Receipt:
        """Charge what was really used, once; the rest of the hold is free again.

        What exceeds the hold is refused when nothing covers it, and the hold stays open; unless `is_refusable` is
        False: then it has happened and becomes overage. HoldResolved when the hold was settled with other figures,
        released, or has expired.
        """
        ...

    def release(self, organization_id: str, hold_id: str) -> Hold:
        """Give back what a hold keeps; HoldResolved for one that was settled."""
        ...

    async def charge_async(self, event: UsageEvent) -> Receipt: ...
    async def record_async(self, event: UsageEvent) -> Receipt: ...
    async def record_many_async(self, events: Sequence[UsageEvent]) -> Sequence[Receipt | BillingError]: ...
    async def admit_async(self, event: UsageEvent) -> Admitted: ...
    async def finish_async(self, admitted: Admitted, used: Used = AS_ANNOUNCED) -> Receipt: ...
    async def cancel_async(self, admitted: Admitted) -> None: ...
    async def reserve_async(self, event: UsageEvent, lifetime: timedelta = HOLD_LIFETIME) -> Hold: ...
    async def settle_async(
        self, organization_id: str, hold_id: str, used: Used = AS_ANNOUNCED, *, is_refusable: bool = True
    ) -> Receipt: ...
    async def release_async(self, organization_id: str, hold_id: str) -> Hold: ...


class Funds(Protocol):
    """What an organization has. Amounts are plain decimal text; the same `operation` moves money once."""

    def balance(self, organization_id: str) -> Balance:
        """Credits and prepaid balance as they are now."""
        ...

    def top_up(self, organization_id: str, amount: str, operation: str) -> Balance:
        """Add money received outside Stripe, in the organization's currency, and answer with the new balance."""
        ...

    def grant_credits(
        self, organization_id: str, credits: str, operation: str, *, name: str, expires_at: datetime | None = None
    ) -> Balance:
        """Give credits without payment, and answer with the new balance."""
        ...

    async def balance_async(self, organization_id: str) -> Balance: ...
    async def top_up_async(self, organization_id: str, amount: str, operation: str) -> Balance: ...
    async def grant_credits_async(
        self, organization_id: str, credits: str, operation: str, *, name: str, expires_at: datetime | None = None
    ) -> Balance: ...


class Backend(Questions, Uses, Funds, Figures, Protocol):
    """Billing, wherever it runs."""

    @property
    def clock(self) -> Clock:
        """What new ids are made by."""
        ...

    def close(self) -> None:
        """Finish what is under way and let go of connections."""
        ...

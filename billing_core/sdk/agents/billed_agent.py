"""The base class of agents that consume credits by action, as the fourth requirement document has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billing_core.sdk.billed_use import quantities
from billing_core.sdk.connection import backend
from billing_core.sdk.context import MissingOrganization, current_context
from billing_core.sdk.usage_event import event_in_context

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from billing_core.domain.money import Money
    from billing_core.sdk.billed_use import Amount
    from billing_core.services.charging.ports import Receipt


class BilledAgent:
    """An agent whose actions are features of the plan, each at the plan's price.

    It works for the organization of the `billing_context`, and for its own `organization_id` where there is none.
    """

    organization_id: str | None = None

    def __init__(self, organization_id: str | None = None) -> None:
        self.organization_id = organization_id

    async def consume_credits_for_action(
        self,
        action: str,
        metadata: Mapping[str, Any] | None = None,
        *,
        units: Amount = 1,
        event_id: str | None = None,
    ) -> Receipt:
        """Charge an action before it is done; refused with LimitReached and its kinds, and then it should not be done.

        `metadata` is kept with the use, as JSON. An action whose cost is known only afterwards, or that should cost
        nothing when it fails, is better done in `reserve(action)`.
        """
        event = event_in_context(
            action,
            quantities(units),
            organization_id=self.organization_id,
            event_id=event_id,
            properties=None if metadata is None else dict(metadata),
        )
        return await backend().charge_async(event)

    async def get_action_cost(self, action: str, units: Amount = 1) -> Money:
        """What the action costs under the organization's plan; FeatureNotIncluded when it does not have it."""
        organization_id = current_context().organization or self.organization_id
        if organization_id is None:
            raise MissingOrganization(action)
        return await backend().price_async(organization_id, action, quantities(units))

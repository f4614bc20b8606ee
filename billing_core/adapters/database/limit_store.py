"""What limits are read from, on SQL: organizations with their subscriptions, and usage counters."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from billing_core.adapters.database.organization_store import OrganizationStore
from billing_core.adapters.database.schema.usage import usage_counter
from billing_core.adapters.database.subscription_store import SubscriptionStore
from billing_core.services.limits.ports import Counter, Subscriber


class LimitStore:
    """Reads for limits."""

    def __init__(
        self, connection: Connection, organizations: OrganizationStore, subscriptions: SubscriptionStore
    ) -> None:
        self._connection = connection
        self._organizations = organizations
        self._subscriptions = subscriptions

    def subscribers(self, organization_ids: frozenset[str] | None) -> Sequence[Subscriber]:
        """Those of the organizations (None: all) that have had a plan, by name."""
        found = self._organizations.organizations(organization_ids)
        history = self._subscriptions.history([item.id for item in found])
        return [Subscriber(item, history[item.id]) for item in found if history.get(item.id)]

    def counters(self, organization_ids: Iterable[str], since: datetime) -> Mapping[Counter, int]:
        """The counters of periods that begin at `since` or later."""
        rows = self._connection.execute(
            select(usage_counter).where(
                usage_counter.c.organization_id.in_(sorted(organization_ids)), usage_counter.c.period_start >= since
            )
        )
        return {(row.organization_id, row.measure, row.period_start): row.used for row in rows}

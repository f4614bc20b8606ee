"""Subscriptions with the plan versions they hold."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, select

from billing_core.adapters.database.catalog_store import CatalogStore
from billing_core.adapters.database.schema.organizations import organization, subscription
from billing_core.domain.periods import time_zone
from billing_core.domain.plans import Subscription


class SubscriptionStore:
    """Who is and was on which plan version."""

    def __init__(self, connection: Connection, catalog: CatalogStore) -> None:
        self._connection = connection
        self._catalog = catalog

    def history(self, organization_ids: Sequence[str]) -> Mapping[str, Sequence[Subscription]]:
        """All subscriptions of the organizations, the earliest first."""
        statement = _subscriptions().where(subscription.c.organization_id.in_(organization_ids))
        found: defaultdict[str, list[Subscription]] = defaultdict(list)
        # Of those that began at one instant the one that lasted is the last, for it took the place of the others.
        in_order = (subscription.c.started_at, subscription.c.ended_at.nulls_last(), subscription.c.id)
        for item, _ in self._load(statement.order_by(*in_order)):
            found[item.organization_id].append(item)
        return found

    def running(self) -> Sequence[tuple[Subscription, ZoneInfo]]:
        """Every subscription that lasts, with its organization's time zone."""
        return self._load(_subscriptions().where(subscription.c.ended_at.is_(None)))

    def _load(self, statement: Select[Any]) -> list[tuple[Subscription, ZoneInfo]]:
        rows: Sequence[Row[Any]] = self._connection.execute(statement).all()
        versions = self._catalog.plan_versions({row.plan_version_id for row in rows})
        return [
            (
                Subscription(
                    id=row.id,
                    organization_id=row.organization_id,
                    plan_version=versions[row.plan_version_id],
                    interval=row.interval,
                    seats=row.seats,
                    anchor_at=row.anchor_at,
                    started_at=row.started_at,
                    ended_at=row.ended_at,
                    discount=row.discount,
                ),
                time_zone(row.time_zone),
            )
            for row in rows
        ]


def _subscriptions() -> Select[Any]:
    return select(subscription, organization.c.time_zone).join(
        organization, organization.c.id == subscription.c.organization_id
    )

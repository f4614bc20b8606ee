"""What became of an organization's credits over time, on SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, case, func, select, type_coerce

from billing_core.adapters.database.schema.credits import credit_allocation, credit_grant
from billing_core.adapters.database.schema.usage import usage_event
from billing_core.adapters.database.types import BIGINT
from billing_core.domain.clock import from_micros, to_micros
from billing_core.services.credits.ports import UsedCredits

# Every time zone's midnight falls on a quarter of an hour of UTC, so quarters add up to the days of any of them.
_QUARTER_MICROS = 15 * 60 * 1_000_000


class CreditHistoryStore:
    """Reads what was used of grants."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def used_credits(self, organization_id: str, since: datetime) -> Sequence[UsedCredits]:
        """Credits used by quarter of an hour from `since` on, the earliest first.

        Use that was reported for a time before its grant began counts from the grant's beginning.
        """
        occurred, began = (
            type_coerce(column, BIGINT) for column in (usage_event.c.occurred_at, credit_grant.c.effective_at)
        )
        taken_at = case((occurred < began, began), else_=occurred)
        quarter = taken_at // _QUARTER_MICROS
        statement = (
            select(quarter.label("quarter"), func.sum(credit_allocation.c.amount_nanos).label("nanos"))
            .join(credit_grant, credit_grant.c.id == credit_allocation.c.grant_id)
            .join(usage_event, usage_event.c.id == credit_allocation.c.event_id)
            .where(credit_grant.c.organization_id == organization_id, taken_at >= to_micros(since))
            .group_by(quarter)
            .order_by(quarter)
        )
        return [
            UsedCredits(from_micros(row.quarter * _QUARTER_MICROS), int(row.nanos))
            for row in self._connection.execute(statement)
        ]

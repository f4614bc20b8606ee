"""True-ups of periods on SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from billing_core.adapters.database.bulk_insert import bulk_insert
from billing_core.adapters.database.schema.true_ups import period_true_up
from billing_core.services.true_ups.ports import TrueUp


class TrueUpStore:
    """Appends true-ups."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, true_ups: Sequence[TrueUp]) -> None:
        bulk_insert(
            self._connection,
            period_true_up,
            [
                {
                    "id": item.id,
                    "organization_id": item.organization_id,
                    "plan_version_id": item.plan_version_id,
                    "feature": item.feature,
                    "period_start": item.period_start,
                    "units": item.units,
                    "spent_before_nanos": item.spent_before_nanos,
                    "amount_nanos": item.price.nanos,
                    "price_currency": item.price.currency,
                    "balance_nanos": item.balance.nanos,
                    "owed_nanos": item.owed.nanos,
                    "currency": item.balance.currency,
                    "recorded_at": item.recorded_at,
                }
                for item in true_ups
            ],
        )

    def totals(self, organization_id: str, period_start: datetime) -> Mapping[str, int]:
        statement = (
            select(period_true_up.c.feature, func.sum(period_true_up.c.amount_nanos))
            .where(period_true_up.c.organization_id == organization_id, period_true_up.c.period_start == period_start)
            .group_by(period_true_up.c.feature)
        )
        return {feature: int(nanos) for feature, nanos in self._connection.execute(statement)}

"""True-ups of periods on SQL."""

from collections.abc import Sequence

from sqlalchemy import Connection

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

"""Automatic top-ups on SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from billing_core.adapters.database.schema.top_up import top_up, top_up_setting
from billing_core.adapters.database.upsert import upsert
from billing_core.domain.money import Money
from billing_core.domain.top_up import TopUp, TopUpSettings, TopUpState


class TopUpStore:
    """Settings, and top-ups of which one at a time is pending."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def settings(self, organization_ids: Iterable[str]) -> Mapping[str, TopUpSettings]:
        """The settings of those organizations that have some."""
        statement = select(top_up_setting).where(top_up_setting.c.organization_id.in_(sorted(organization_ids)))
        return {row.organization_id: _settings(row) for row in self._connection.execute(statement)}

    def enabled(self) -> Sequence[TopUpSettings]:
        """All settings that are switched on."""
        statement = select(top_up_setting).where(top_up_setting.c.is_enabled == 1)
        return [_settings(row) for row in self._connection.execute(statement.order_by("organization_id"))]

    def save_settings(self, settings: TopUpSettings) -> None:
        """Insert the settings, or change those there are."""
        values = {
            "organization_id": settings.organization_id,
            "threshold_nanos": settings.threshold.nanos,
            "threshold_currency": settings.threshold.currency,
            "amount_nanos": settings.amount.nanos,
            "currency": settings.amount.currency,
            "daily_cap_nanos": settings.daily_cap.nanos,
            "cool_off_seconds": int(settings.cool_off.total_seconds()),
            "is_enabled": settings.is_enabled,
            "changed_at": settings.changed_at,
        }
        changed = [name for name in values if name != "organization_id"]
        self._connection.execute(upsert(self._connection, top_up_setting, update=changed), [values])

    def latest(self, organization_id: str, count_max: int) -> Sequence[TopUp]:
        """The organization's top-ups, the newest first."""
        statement = (
            select(top_up)
            .where(top_up.c.organization_id == organization_id)
            .order_by(top_up.c.created_at.desc(), top_up.c.id.desc())
            .limit(count_max)
        )
        return [_top_up(row) for row in self._connection.execute(statement)]

    def sum_since(self, organization_id: str, currency: str, since: datetime) -> Money:
        """What succeeded or is pending of those begun since then."""
        statement = select(func.coalesce(func.sum(top_up.c.amount_nanos), 0)).where(
            top_up.c.organization_id == organization_id,
            top_up.c.currency == currency,
            top_up.c.created_at >= since,
            top_up.c.state != TopUpState.DECLINED,
        )
        return Money(int(self._connection.execute(statement).scalar_one()), currency)

    def begin(self, new: TopUp) -> bool:
        """Insert a pending top-up; False when one is pending already."""
        statement = upsert(self._connection, top_up).values(
            id=new.id,
            organization_id=new.organization_id,
            state=new.state,
            amount_nanos=new.amount.nanos,
            currency=new.amount.currency,
            created_at=new.created_at,
        )
        return self._connection.execute(statement.returning(top_up.c.id)).one_or_none() is not None

    def pending(self, attempted_before: datetime, count_max: int) -> Sequence[TopUp]:
        """Pending ones that were not tried since then, the oldest first."""
        statement = (
            select(top_up)
            .where(top_up.c.state == TopUpState.PENDING, _is_due(attempted_before))
            .order_by(top_up.c.created_at, top_up.c.id)
            .limit(count_max)
        )
        return [_top_up(row) for row in self._connection.execute(statement)]

    def claim(self, item: TopUp, customer_id: str | None, attempted_before: datetime, now: datetime) -> bool:
        """Note that a try begins; False when another process did since `attempted_before`, or it is resolved."""
        statement = (
            update(top_up)
            .where(top_up.c.id == item.id, top_up.c.state == TopUpState.PENDING, _is_due(attempted_before))
            .values(attempted_at=now, customer_id=customer_id)
        )
        return self._connection.execute(statement).rowcount == 1

    def resolve(self, item: TopUp) -> bool:
        """Store what became of a pending top-up; False when it is not pending any more."""
        statement = (
            update(top_up)
            .where(top_up.c.id == item.id, top_up.c.state == TopUpState.PENDING)
            .values(
                state=item.state,
                payment_intent_id=item.payment_intent_id,
                reason=item.reason,
                resolved_at=item.resolved_at,
            )
        )
        return self._connection.execute(statement).rowcount == 1


def _is_due(attempted_before: datetime) -> Any:
    return or_(top_up.c.attempted_at.is_(None), top_up.c.attempted_at <= attempted_before)


def _settings(row: Row[Any]) -> TopUpSettings:
    return TopUpSettings(
        organization_id=row.organization_id,
        threshold=Money(row.threshold_nanos, row.threshold_currency),
        amount=Money(row.amount_nanos, row.currency),
        daily_cap=Money(row.daily_cap_nanos, row.currency),
        cool_off=timedelta(seconds=row.cool_off_seconds),
        is_enabled=row.is_enabled,
        changed_at=row.changed_at,
    )


def _top_up(row: Row[Any]) -> TopUp:
    return TopUp(
        id=row.id,
        organization_id=row.organization_id,
        state=TopUpState(row.state),
        amount=Money(row.amount_nanos, row.currency),
        created_at=row.created_at,
        attempted_at=row.attempted_at,
        customer_id=row.customer_id,
        payment_intent_id=row.payment_intent_id,
        reason=row.reason,
        resolved_at=row.resolved_at,
    )

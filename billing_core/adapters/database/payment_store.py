"""Payments on SQL: purchases, top-ups from saved cards, and money received by another way, each by its own index."""

from collections.abc import Callable, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, or_, select

from billing_core.adapters.database.schema.credits import credit_purchase
from billing_core.adapters.database.schema.ledger import ledger_entry, ledger_posting
from billing_core.adapters.database.schema.top_up import top_up
from billing_core.domain.ledger import Account
from billing_core.domain.money import CREDITS, Money, to_decimal
from billing_core.domain.top_up import TopUpState
from billing_core.services.payments.ports import (
    Payment,
    PaymentFilter,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    Place,
)
from billing_core.services.purchases.ports import PurchaseStatus

_OF_PURCHASE: Mapping[str, PaymentStatus] = {
    PurchaseStatus.PENDING: PaymentStatus.PENDING,
    PurchaseStatus.PAID: PaymentStatus.SUCCEEDED,
    PurchaseStatus.DECLINED: PaymentStatus.FAILED,
    PurchaseStatus.EXPIRED: PaymentStatus.CANCELED,
}
_OF_TOP_UP: Mapping[str, PaymentStatus] = {
    TopUpState.PENDING: PaymentStatus.PENDING,
    TopUpState.SUCCEEDED: PaymentStatus.SUCCEEDED,
    TopUpState.DECLINED: PaymentStatus.FAILED,
}
_Column = ColumnElement[Any]


class PaymentStore:
    """Payments of an organization, the newest first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def payments(
        self, organization_id: str, chosen: PaymentFilter, after: Place | None, count_max: int
    ) -> Sequence[Payment]:
        """The chosen payments of the organization behind a place, the newest first."""
        kinds: Mapping[PaymentKind, Callable[[str, PaymentStatus | None], _Source | None]] = {
            PaymentKind.CREDIT_PURCHASE: _purchases,
            PaymentKind.AUTOMATIC_TOP_UP: _automatic_top_ups,
            PaymentKind.TOP_UP: _top_ups,
        }
        found: list[Sequence[Payment]] = []
        for kind, source_of in kinds.items():
            source = source_of(organization_id, chosen.status) if chosen.kind in (None, kind) else None
            if source is not None:
                found.append(self._read(source, chosen, after, count_max))
        return list(islice(merge(*found, key=lambda payment: payment.place, reverse=True), count_max))

    def _read(self, source: "_Source", chosen: PaymentFilter, after: Place | None, count_max: int) -> Sequence[Payment]:
        statement, (created_at, key), payment_of = source
        if chosen.created_from is not None:
            statement = statement.where(created_at >= chosen.created_from)
        if chosen.created_until is not None:
            statement = statement.where(created_at < chosen.created_until)
        if after is not None:
            is_behind = and_(created_at == after.created_at, key < after.id)
            statement = statement.where(created_at <= after.created_at, or_(created_at < after.created_at, is_behind))
        ordered = statement.order_by(created_at.desc(), key.desc()).limit(count_max)
        return [payment_of(row) for row in self._connection.execute(ordered).mappings()]


_Source = tuple[Select[*tuple[Any, ...]], tuple[_Column, _Column], Callable[[RowMapping], Payment]]


def _purchases(organization_id: str, status: PaymentStatus | None) -> _Source:
    columns = credit_purchase.c
    statement = select(credit_purchase).where(columns.organization_id == organization_id)
    if status is not None:
        statement = statement.where(columns.status.in_(_states(_OF_PURCHASE, status)))
    return statement, (columns.created_at, columns.id), _purchase


def _automatic_top_ups(organization_id: str, status: PaymentStatus | None) -> _Source:
    columns = top_up.c
    statement = select(top_up).where(columns.organization_id == organization_id)
    if status is not None:
        statement = statement.where(columns.state.in_(_states(_OF_TOP_UP, status)))
    return statement, (columns.created_at, columns.id), _automatic_top_up


def _top_ups(organization_id: str, status: PaymentStatus | None) -> _Source | None:
    """What was received outside Stripe is known by the ledger alone, and has succeeded."""
    if status not in (None, PaymentStatus.SUCCEEDED):
        return None
    entry, posting = ledger_entry.c, ledger_posting.c
    statement = (
        select(entry.id, entry.description, entry.recorded_at, posting.amount_nanos, posting.currency)
        .join(ledger_posting, posting.entry_id == entry.id)
        .where(
            entry.organization_id == organization_id,
            entry.operation.is_not(None),
            entry.kind == "top_up",
            posting.account == Account.MANUAL_CLEARING,
        )
    )
    return statement, (entry.recorded_at, entry.id), _top_up


def _states(meanings: Mapping[str, PaymentStatus], status: PaymentStatus) -> list[str]:
    return [state for state, meaning in meanings.items() if meaning is status]


def _purchase(row: RowMapping) -> Payment:
    is_direct = row["payment_method_id"] is not None and row["checkout_session_id"] is None
    return Payment(
        id=row["id"],
        kind=PaymentKind.CREDIT_PURCHASE,
        status=_OF_PURCHASE[row["status"]],
        amount=Money(row["price_nanos"], row["currency"]),
        description=f"{to_decimal(row['credits_nanos']):,f} credits",
        method=PaymentMethod.CARD if is_direct else PaymentMethod.CHECKOUT,
        created_at=row["created_at"],
        paid_at=row["paid_at"],
        credits=Money(row["credits_nanos"], CREDITS),
        grant_id=row["grant_id"],
        requested_by=row["requested_by"],
        payment_method_id=row["payment_method_id"],
        payment_intent_id=row["payment_intent_id"],
        checkout_session_id=row["checkout_session_id"],
        failure_code=row["failure_code"],
        failure_message=row["failure_message"],
    )


def _automatic_top_up(row: RowMapping) -> Payment:
    return Payment(
        id=row["id"],
        kind=PaymentKind.AUTOMATIC_TOP_UP,
        status=_OF_TOP_UP[row["state"]],
        amount=Money(row["amount_nanos"], row["currency"]),
        description="Automatic balance top-up",
        method=PaymentMethod.CARD,
        created_at=row["created_at"],
        paid_at=row["resolved_at"] if row["state"] == TopUpState.SUCCEEDED else None,
        payment_intent_id=row["payment_intent_id"],
        failure_code=row["reason"],
    )


def _top_up(row: RowMapping) -> Payment:
    return Payment(
        id=row["id"],
        kind=PaymentKind.TOP_UP,
        status=PaymentStatus.SUCCEEDED,
        amount=Money(row["amount_nanos"], row["currency"]),
        description=row["description"],
        method=PaymentMethod.OTHER,
        created_at=row["recorded_at"],
        paid_at=row["recorded_at"],
    )

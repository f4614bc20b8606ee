"""Purchases of credits, Stripe's ids of our objects, and claimed webhook events on SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, insert, or_, select, update

from billing_core.adapters.database.schema.catalog import credit_package
from billing_core.adapters.database.schema.credits import credit_purchase
from billing_core.adapters.database.schema.stripe import stripe_event, stripe_object
from billing_core.adapters.database.upsert import upsert
from billing_core.domain.money import CREDITS, Money
from billing_core.services.purchases.ports import DeclinedPayment, Purchase, PurchaseStatus, WebhookEvent

_PURCHASES = select(credit_purchase, credit_package.c.name.label("package_name"), credit_package.c.valid_months).join(
    credit_package, credit_package.c.id == credit_purchase.c.package_id
)


class PurchaseStore:
    """Purchases, what ties them to Stripe, and each of its events once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_purchase(self, purchase: Purchase) -> None:
        self._connection.execute(
            insert(credit_purchase),
            {
                "id": purchase.id,
                "organization_id": purchase.organization_id,
                "package_id": purchase.package_id,
                "status": purchase.status,
                "credits_nanos": purchase.credits.nanos,
                "price_nanos": purchase.price.nanos,
                "currency": purchase.price.currency,
                "requested_by": purchase.requested_by,
                "created_at": purchase.created_at,
                "payment_method_id": purchase.payment_method_id,
            },
        )

    def purchase(self, purchase_id: str, *, lock: bool = False) -> Purchase | None:
        """The purchase; with `lock` PostgreSQL keeps others waiting, SQLite's one writer does so anyway."""
        statement = _PURCHASES.where(credit_purchase.c.id == purchase_id)
        if lock:
            statement = statement.with_for_update(of=credit_purchase)
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else _purchase(row)

    def purchase_of_session(self, session_id: str) -> Purchase | None:
        statement = _PURCHASES.where(credit_purchase.c.checkout_session_id == session_id)
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else _purchase(row)

    def purchases(self, organization_id: str, *, count_max: int) -> Sequence[Purchase]:
        """The organization's purchases, the newest first."""
        statement = (
            _PURCHASES.where(credit_purchase.c.organization_id == organization_id)
            .order_by(credit_purchase.c.created_at.desc(), credit_purchase.c.id.desc())
            .limit(count_max)
        )
        return [_purchase(row) for row in self._connection.execute(statement).mappings()]

    def unsettled(self, *, before: datetime, declined_since: datetime, count_max: int) -> Sequence[Purchase]:
        """Begun before, and pending, or declined but not before `declined_since`; the oldest first."""
        columns = credit_purchase.c
        is_open = or_(
            columns.status == PurchaseStatus.PENDING,
            and_(columns.status == PurchaseStatus.DECLINED, columns.created_at >= declined_since),
        )
        statement = (
            _PURCHASES.where(columns.created_at < before, is_open)
            .order_by(columns.created_at, columns.id)
            .limit(count_max)
        )
        return [_purchase(row) for row in self._connection.execute(statement).mappings()]

    def set_checkout(self, purchase_id: str, session_id: str, url: str | None) -> None:
        self._connection.execute(
            update(credit_purchase)
            .where(credit_purchase.c.id == purchase_id)
            .values(checkout_session_id=session_id, checkout_url=url)
        )

    def set_paid(self, purchase_id: str, *, payment_intent_id: str | None, grant_id: str, paid_at: datetime) -> None:
        self._connection.execute(
            update(credit_purchase)
            .where(credit_purchase.c.id == purchase_id)
            .values(
                status=PurchaseStatus.PAID,
                payment_intent_id=payment_intent_id,
                grant_id=grant_id,
                paid_at=paid_at,
                failure_code=None,
                failure_message=None,
            )
        )

    def set_declined(self, declined: DeclinedPayment) -> bool:
        """Note a failed try of a pending purchase; False when it is not pending."""
        changed = self._connection.execute(
            update(credit_purchase)
            .where(credit_purchase.c.id == declined.purchase_id, credit_purchase.c.status == PurchaseStatus.PENDING)
            .values(
                status=PurchaseStatus.DECLINED,
                payment_intent_id=declined.payment_intent_id,
                failure_code=declined.reason,
                failure_message=declined.message,
            )
        )
        return changed.rowcount == 1

    def set_expired(self, purchase_id: str) -> bool:
        """Close an unpaid purchase; False when it is paid or closed."""
        unpaid = (PurchaseStatus.PENDING, PurchaseStatus.DECLINED)
        changed = self._connection.execute(
            update(credit_purchase)
            .where(credit_purchase.c.id == purchase_id, credit_purchase.c.status.in_(unpaid))
            .values(status=PurchaseStatus.EXPIRED)
        )
        return changed.rowcount == 1

    def claim_event(self, event: WebhookEvent, now: datetime) -> bool:
        """Claim an event by a unique insert; False when it was claimed before."""
        claimed = self._connection.execute(
            upsert(self._connection, stripe_event)
            .values(id=event.id, type=event.type, object_id=event.object_id, received_at=now)
            .returning(stripe_event.c.id)
        )
        return claimed.one_or_none() is not None

    def provider_id(self, kind: str, local_id: str) -> str | None:
        return self._connection.scalar(
            select(stripe_object.c.stripe_id).where(stripe_object.c.kind == kind, stripe_object.c.local_id == local_id)
        )

    def set_provider_id(self, kind: str, local_id: str, provider_id: str, now: datetime) -> None:
        row = {"kind": kind, "local_id": local_id, "stripe_id": provider_id, "created_at": now}
        statement = upsert(self._connection, stripe_object, update=("stripe_id", "created_at"))
        self._connection.execute(statement, [row])


def _purchase(row: RowMapping) -> Purchase:
    return Purchase(
        id=row["id"],
        organization_id=row["organization_id"],
        package_id=row["package_id"],
        package_name=row["package_name"],
        status=PurchaseStatus(row["status"]),
        credits=Money(row["credits_nanos"], CREDITS),
        price=Money(row["price_nanos"], row["currency"]),
        valid_months=row["valid_months"],
        requested_by=row["requested_by"],
        created_at=row["created_at"],
        checkout_session_id=row["checkout_session_id"],
        checkout_url=row["checkout_url"],
        payment_intent_id=row["payment_intent_id"],
        grant_id=row["grant_id"],
        paid_at=row["paid_at"],
        payment_method_id=row["payment_method_id"],
        failure_code=row["failure_code"],
        failure_message=row["failure_message"],
    )

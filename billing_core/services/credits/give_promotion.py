"""Give an organization credits for nothing, with the reason kept in the audit trail."""

from datetime import datetime
from typing import Protocol

from billing_core.domain.credits import Grant, Origin
from billing_core.domain.identity import Actor, checked_name
from billing_core.domain.money import Money
from billing_core.services.audit.ports import AuditUnit
from billing_core.services.audit.record_change import record_change
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.credits.ports import CreditUnit, Organizations


class PromotionUnit(CreditUnit, AuditUnit, Protocol):
    """The parts of a unit of work that give promotional credits."""

    @property
    def organizations(self) -> Organizations: ...


def give_promotion(
    uow: PromotionUnit,
    *,
    organization_id: str,
    amount: Money,
    reason: str,
    expires_at: datetime | None,
    operation: str,
    actor: Actor,
    now: datetime,
) -> Grant:
    """The grant, named by its reason; a repeated operation returns the first one and records nothing more."""
    organization = uow.organizations.organization(organization_id)
    name = checked_name(reason, field="reason")
    is_repeated = uow.ledger.has_operation(operation)
    grant = issue_grant(
        uow,
        organization_id=organization_id,
        name=name,
        origin=Origin.PROMOTION,
        amount=amount,
        cost=Money.zero(organization.currency),
        operation=operation,
        now=now,
        expires_at=expires_at,
    )
    if not is_repeated:
        record_change(
            uow,
            actor,
            "credits.granted",
            ("credit_grant", grant.id),
            now=now,
            organization_id=organization_id,
            after={
                "credits": grant.granted.decimal_text,
                "reason": name,
                "expires_at": None if expires_at is None else expires_at.isoformat(),
            },
        )
    return grant

"""Record money that an organization paid by another way than Stripe, with who said so in the audit trail."""

from datetime import datetime
from typing import Protocol

from billing_core.domain.identity import Actor
from billing_core.domain.money import Money
from billing_core.domain.usage import check_text
from billing_core.services.audit.ports import AuditUnit
from billing_core.services.audit.record_change import record_change
from billing_core.services.credits.ports import CreditUnit, Organizations, Wallet
from billing_core.services.credits.top_up_balance import top_up_balance


class PaymentUnit(CreditUnit, AuditUnit, Protocol):
    """The parts of a unit of work that take in money."""

    @property
    def organizations(self) -> Organizations: ...


def record_payment(
    uow: PaymentUnit, *, organization_id: str, amount: str, reference: str, actor: Actor, now: datetime
) -> Wallet:
    """The wallet after `amount` (a decimal of the organization's currency) was added to its balance.

    The reference says which payment it was. Given again it changes nothing; Conflict when it was given for another
    organization or amount.
    """
    organization = uow.organizations.organization(organization_id)
    operation = f"top_up:{check_text(reference, 'reference')}"
    paid = Money.parse(amount, organization.currency)
    uow.books.lock([organization_id])
    is_repeated = uow.ledger.has_operation(operation)
    wallet = top_up_balance(uow, organization_id=organization_id, amount=paid, operation=operation, now=now)
    if not is_repeated:
        record_change(
            uow,
            actor,
            "balance.topped_up",
            ("organization", organization_id),
            now=now,
            organization_id=organization_id,
            after={"amount": str(paid), "reference": reference},
        )
    return wallet

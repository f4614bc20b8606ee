"""Add money to an organization's prepaid balance, once per operation."""

from datetime import datetime

from billing_core.domain.errors import Conflict, InvalidInput
from billing_core.domain.ids import new_id
from billing_core.domain.ledger import Account, Entry, move
from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.ports import CreditUnit, Wallet


def top_up_balance(
    uow: CreditUnit,
    *,
    organization_id: str,
    amount: Money,
    operation: str,
    now: datetime,
    paid_into: Account = Account.MANUAL_CLEARING,
) -> Wallet:
    """The wallet after the top-up; a repeated operation changes nothing, Conflict when it topped up something else."""
    if amount.currency == CREDITS or amount.nanos <= 0:
        raise InvalidInput(f"A top-up is a positive amount of money, not {amount}.", field="amount")
    uow.books.lock([organization_id])
    wallet = uow.credits.wallet(organization_id, amount.currency)
    postings = move(paid_into, Account.BALANCE, amount)
    if known := uow.ledger.postings_of_operation(operation):
        if known != [(organization_id, posting) for posting in postings]:
            raise Conflict(
                f"Operation {operation!r} topped up another organization or amount before; use a new one.",
                field="operation",
            )
        return wallet
    uow.credits.add_to_wallet(organization_id, amount)
    uow.ledger.append(
        [
            Entry(
                id=new_id("ent", now),
                organization_id=organization_id,
                kind="top_up",
                description="Balance top-up",
                operation=operation,
                effective_at=now,
                recorded_at=now,
                postings=postings,
            )
        ]
    )
    return uow.credits.wallet(organization_id, amount.currency)

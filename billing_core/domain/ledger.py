"""Double entry: the chart of accounts, and entries whose postings sum to zero in every currency.

A posting is positive for a debit and negative for a credit. Buying or giving credits moves money and credits in one
entry; a charge moves what paid for it into revenue.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, Money, format_nanos


class Account(StrEnum):
    """The chart of accounts; every organization has each of them per currency."""

    STRIPE_CLEARING = "asset:stripe_clearing"
    MANUAL_CLEARING = "asset:manual_clearing"
    RECEIVABLE = "asset:receivable"
    BALANCE = "liability:balance"
    DEFERRED_REVENUE = "liability:deferred_revenue"
    CREDITS = "liability:credits"
    CREDITS_ISSUED = "contra:credits_issued"
    CREDITS_CONSUMED = "contra:credits_consumed"
    USAGE_REVENUE = "revenue:usage"

    @property
    def kind(self) -> str:
        return self.value.partition(":")[0]


DESCRIPTIONS = {
    Account.STRIPE_CLEARING: "Money collected by Stripe and not yet paid out",
    Account.MANUAL_CLEARING: "Money received outside Stripe",
    Account.RECEIVABLE: "Usage charged to the next invoice",
    Account.BALANCE: "Prepaid balance of customers",
    Account.DEFERRED_REVENUE: "Money received for credits not yet used",
    Account.CREDITS: "Credits customers hold",
    Account.CREDITS_ISSUED: "Credits given out, the other side of credits held",
    Account.CREDITS_CONSUMED: "Credits used up",
    Account.USAGE_REVENUE: "Revenue from usage",
}


@dataclass(frozen=True, slots=True)
class Posting:
    """One signed line of an entry: debit positive, credit negative, never zero."""

    account: Account
    currency: str
    amount_nanos: int
    grant_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One business fact. It is caused either by a usage event or by an operation, each of which posts once."""

    id: str
    organization_id: str
    kind: str
    description: str
    effective_at: datetime
    recorded_at: datetime
    postings: Sequence[Posting]
    event_id: str | None = None
    operation: str | None = None

    def __post_init__(self) -> None:
        check_balanced(self.postings)


def check_balanced(postings: Iterable[Posting]) -> None:
    """InvalidInput unless the postings sum to zero in every currency."""
    totals: defaultdict[str, int] = defaultdict(int)
    for posting in postings:
        totals[posting.currency] += posting.amount_nanos
    for currency, total in totals.items():
        if total:
            raise InvalidInput(f"The postings are off by {format_nanos(total)} {currency}.", field="postings")


def move(debit: Account, credit: Account, amount: Money, grant_id: str | None = None) -> list[Posting]:
    """The two postings that move an amount; none for zero."""
    if not amount:
        return []
    return [
        Posting(debit, amount.currency, amount.nanos, grant_id),
        Posting(credit, amount.currency, -amount.nanos, grant_id),
    ]


def grant_postings(granted: Money, cost: Money, paid_into: Account, grant_id: str) -> list[Posting]:
    """Credits issued to the customer, and the money paid for them held as deferred revenue."""
    return move(Account.CREDITS_ISSUED, Account.CREDITS, granted, grant_id) + move(
        paid_into, Account.DEFERRED_REVENUE, cost, grant_id
    )


def consumption_postings(amount_nanos: int, cost: Money, grant_id: str) -> list[Posting]:
    """Credits used up, and the money that was paid for them recognised as revenue."""
    return move(Account.CREDITS, Account.CREDITS_CONSUMED, Money(amount_nanos, CREDITS), grant_id) + move(
        Account.DEFERRED_REVENUE, Account.USAGE_REVENUE, cost, grant_id
    )

"""Double entry: the chart of accounts, and entries whose postings sum to zero in every currency.

A posting is positive for a debit and negative for a credit. Buying or giving credits moves money and credits in one
entry; a charge moves what paid for it into revenue. Credits given for nothing carry no cost, so they are neither an
expense nor deferred revenue: the usage they pay for is simply not sold.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, Money, format_nanos


class Account(StrEnum):
    """The chart of accounts; every organization has each of them per currency."""

    STRIPE_CLEARING = "asset:stripe_clearing"
    MANUAL_CLEARING = "asset:manual_clearing"
    RECEIVABLE = "asset:receivable"
    DISPUTED = "asset:disputed"
    BALANCE = "liability:balance"
    DEFERRED_REVENUE = "liability:deferred_revenue"
    TAX = "liability:tax"
    CREDITS = "liability:credits"
    CREDITS_ISSUED = "contra:credits_issued"
    CREDITS_CONSUMED = "contra:credits_consumed"
    CREDITS_EXPIRED = "contra:credits_expired"
    CREDITS_VOIDED = "contra:credits_voided"
    REFUNDS = "contra:refunds"
    USAGE_REVENUE = "revenue:usage"
    SEAT_REVENUE = "revenue:seats"
    SUBSCRIPTION_REVENUE = "revenue:subscriptions"
    BREAKAGE_REVENUE = "revenue:breakage"
    PROMOTION = "expense:promotion"
    PAYMENT_FEES = "expense:payment_fees"
    BAD_DEBT = "expense:bad_debt"
    ROUNDING = "expense:rounding"

    @property
    def kind(self) -> str:
        return self.value.partition(":")[0]


DESCRIPTIONS = {
    Account.STRIPE_CLEARING: "Money collected by Stripe and not yet paid out",
    Account.MANUAL_CLEARING: "Money received outside Stripe",
    Account.RECEIVABLE: "Usage charged to the next invoice",
    Account.DISPUTED: "Payments a customer's bank has taken back until the dispute is decided",
    Account.BALANCE: "Prepaid balance of customers",
    Account.DEFERRED_REVENUE: "Money received for credits not yet used",
    Account.TAX: "Tax collected and not yet handed on",
    Account.CREDITS: "Credits customers hold",
    Account.CREDITS_ISSUED: "Credits given out, the other side of credits held",
    Account.CREDITS_CONSUMED: "Credits used up",
    Account.CREDITS_EXPIRED: "Credits that ended unused",
    Account.CREDITS_VOIDED: "Credits taken back before they were used",
    Account.REFUNDS: "Money given back, which lessens revenue",
    Account.USAGE_REVENUE: "Revenue from usage",
    Account.SEAT_REVENUE: "Revenue from members beyond those a plan includes",
    Account.SUBSCRIPTION_REVENUE: "Revenue from the recurring price of plans",
    Account.BREAKAGE_REVENUE: "Revenue from credits that were paid for and never used",
    Account.PROMOTION: "Balance given to customers for nothing",
    Account.PAYMENT_FEES: "What payment providers keep",
    Account.BAD_DEBT: "Receivables given up",
    Account.ROUNDING: "Differences of a fraction of the smallest unit that rounding leaves",
}


class Posting(NamedTuple):
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
    reverses_id: str | None = None

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


def consumption_postings(amount_nanos: int, cost_nanos: int, currency: str, grant_id: str) -> list[Posting]:
    """Credits used up, and the money that was paid for them recognised as revenue."""
    lines = [
        Posting(Account.CREDITS, CREDITS, amount_nanos, grant_id),
        Posting(Account.CREDITS_CONSUMED, CREDITS, -amount_nanos, grant_id),
    ]
    if cost_nanos:
        lines.append(Posting(Account.DEFERRED_REVENUE, currency, cost_nanos, grant_id))
        lines.append(Posting(Account.USAGE_REVENUE, currency, -cost_nanos, grant_id))
    return lines


def reversal_postings(postings: Iterable[Posting]) -> list[Posting]:
    """The postings that take an entry back: the same lines with their signs turned."""
    return [posting._replace(amount_nanos=-posting.amount_nanos) for posting in postings]


def write_off_postings(
    amount_nanos: int, cost: Money, grant_id: str, *, into: Account, cost_into: Account
) -> list[Posting]:
    """Credits that end unused (`into` says why), and what was paid for them moved out of deferred revenue."""
    return move(Account.CREDITS, into, Money(amount_nanos, CREDITS), grant_id) + move(
        Account.DEFERRED_REVENUE, cost_into, cost, grant_id
    )

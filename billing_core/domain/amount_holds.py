"""Holds of an amount of credits, for work whose quantities nobody knows before: what it took is told at its end."""

from datetime import datetime

from billing_core.domain.books import Books
from billing_core.domain.budgets import BudgetSlice, BudgetUse
from billing_core.domain.charging import billed_in, insufficient_funds
from billing_core.domain.errors import InvalidInput
from billing_core.domain.funding import fund
from billing_core.domain.holds import Reservation, keep
from billing_core.domain.money import CREDITS, NANOS_PER_UNIT, Money, divide_half_even
from billing_core.domain.plans import Beyond
from billing_core.domain.usage import UsageEvent


def reserve_amount(books: Books, event: UsageEvent, amount: Money, *, now: datetime) -> Reservation:
    """Keep credits of that amount for a use of the event's feature, and balance worth as much where they fall short.

    It is what a use that costs so much would take, whatever the allowance would cover of it. Raises what refuses such
    a use, FeatureNotIncluded among it, and InvalidInput for what is no amount of credits; `books` stay as they were.
    """
    if amount.currency != CREDITS or amount.nanos <= 0:
        raise InvalidInput(f"A reservation keeps a positive number of credits, not {amount}.", field="credits")
    subscription, period = billed_in(books, now, now)
    tariff = books.tariff(subscription, event.feature)
    funding = fund(
        books, event.feature, amount.nanos, in_credits=True, credit_value_nanos=tariff.credit_value_nanos, now=now
    )
    if funding.overage_nanos and tariff.beyond is not Beyond.OVERAGE:
        raise insufficient_funds(books, event.feature, amount, now)
    budgets: list[BudgetSlice] = []
    if books.budgets:
        worth = divide_half_even(amount.nanos * tariff.credit_value_nanos, NANOS_PER_UNIT)
        use = BudgetUse(worth, funding.credits_nanos, 0)
        budgets = books.budgets.slices(event, use, occurred_at=now, billing=period, admit_at=now)
    reserved = Reservation(
        price=amount,
        allowance=None,
        included=0,
        slices=tuple((part.grant_id, part.amount_nanos) for _, part in funding.slices),
        balance_nanos=funding.balance_nanos,
        budgets=tuple(budgets),
        is_amount=True,
    )
    keep(books, reserved)
    return reserved

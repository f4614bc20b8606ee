"""What an organization can spend, by grant, and what its open holds keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.credits import GrantState
from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.ports import Wallet
from billing_core.services.credits.read_balance import BalanceUnit


@dataclass(frozen=True, slots=True)
class Funds:
    """Credits that may be spent now and those that open holds keep, with the grants they are in; the money beside.

    `grants` have something left and stand in burn order, those that begin later among them.
    """

    available: Money
    held: Money
    grants: Sequence[GrantState]
    money: Wallet


def read_funds(uow: BalanceUnit, organization_id: str, now: datetime) -> Funds:
    """The funds; NotFound for an unknown organization."""
    organization = uow.organizations.organization(organization_id)
    grants = [
        state
        for state in uow.credits.grants(organization_id)
        if state.held_nanos or (state.free_nanos and not state.has_ended(now))
    ]
    available = sum(state.free_nanos for state in grants if state.is_open(now))
    return Funds(
        Money(available, CREDITS),
        Money(sum(state.held_nanos for state in grants), CREDITS),
        grants,
        uow.credits.wallet(organization_id, organization.currency),
    )

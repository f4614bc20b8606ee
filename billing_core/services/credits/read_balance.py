"""What an organization can spend now, and what it owes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.ports import CreditStore, Wallet
from billing_core.services.organizations.ports import OrganizationStore


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits that may be spent now (begun, not expired, not held), and the wallet in the organization's currency."""

    credits: Money
    money: Wallet


class BalanceUnit(Protocol):
    """The parts of a unit of work that know balances."""

    @property
    def credits(self) -> CreditStore: ...
    @property
    def organizations(self) -> OrganizationStore: ...


def read_balance(uow: BalanceUnit, organization_id: str, now: datetime) -> Balance:
    """The balance; NotFound for an unknown organization."""
    organization = uow.organizations.organization(organization_id)
    spendable = sum(state.free_nanos for state in uow.credits.grants(organization_id) if state.is_open(now))
    return Balance(Money(spendable, CREDITS), uow.credits.wallet(organization_id, organization.currency))

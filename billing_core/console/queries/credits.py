"""Credits of one organization in full, and of all in one line each, from the system of record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import streamlit as st

from billing_core.bootstrap import application
from billing_core.domain.credits import CreditPackage, GrantState
from billing_core.domain.errors import NotFound
from billing_core.domain.identity import Scope
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.organizations import Organization
from billing_core.services.credits.forecast_credits import CreditForecast, forecast_credits
from billing_core.services.credits.ports import Wallet
from billing_core.services.credits.read_history import CreditHistory, read_history
from billing_core.services.purchases.find_purchases import list_purchases, purchase_of_session
from billing_core.services.purchases.ports import Purchase

_TTL_SECONDS = 5
_OVERVIEW_TTL_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditAnswers:
    """Everything the page on credits shows of one organization. `credit_value` is None without a plan."""

    organization: Organization
    asked_at: datetime
    spendable: Money
    money: Wallet
    credit_value: Money | None
    grants: Sequence[GrantState]
    history: CreditHistory
    forecast: CreditForecast
    packages: Sequence[CreditPackage]
    purchases: Sequence[Purchase]

    @property
    def today(self) -> date:
        return self.local_day(self.asked_at)

    @property
    def burn(self) -> Money:
        """Credits used a day."""
        return Money(self.history.burn_nanos, CREDITS)

    def local_day(self, instant: datetime) -> date:
        """The day of an instant in the organization's time zone."""
        return instant.astimezone(self.organization.time_zone).date()


@dataclass(frozen=True, slots=True)
class CreditLine:
    """An organization's credits in one line."""

    organization: Organization
    spendable: Money
    burn: Money
    today: date
    runs_out_on: date | None

    @property
    def days_left(self) -> int | None:
        """None where the credits last for longer than the forecast looks."""
        return None if self.runs_out_on is None else (self.runs_out_on - self.today).days


@st.cache_data(ttl=_TTL_SECONDS, max_entries=50, show_spinner=False)
def credits_of(organization_id: str) -> CreditAnswers:
    """The organization's credits at this moment; whoever asks has checked that the viewer may see them."""
    house = application()
    now = house.clock.now()
    with house.read(organization_id) as uow:
        organization = uow.organizations.organization(organization_id)
        grants = uow.credits.grants(organization_id)
        history = read_history(uow, organization_id, now)
        plans = uow.subscriptions.history([organization_id]).get(organization_id, [])
        return CreditAnswers(
            organization=organization,
            asked_at=now,
            spendable=_spendable(grants, now),
            money=uow.credits.wallet(organization_id, organization.currency),
            credit_value=plans[-1].plan_version.terms.credit_value if plans else None,
            grants=grants,
            history=history,
            forecast=forecast_credits(grants, history.burn_nanos, now, organization.time_zone),
            packages=uow.catalog.packages_on_sale(now),
            purchases=list_purchases(uow.purchases, organization_id, Scope(frozenset({organization_id}))),
        )


@st.cache_data(ttl=_OVERVIEW_TTL_SECONDS, max_entries=20, show_spinner=False)
def credit_lines(organization_ids: frozenset[str] | None) -> list[CreditLine]:
    """The organizations (None: all), those whose credits run out first at the top."""
    house = application()
    now = house.clock.now()
    with house.read() as uow:
        lines: list[CreditLine] = []
        for item in uow.organizations.organizations():
            if organization_ids is not None and item.id not in organization_ids:
                continue
            grants = uow.credits.grants(item.id)
            burn = read_history(uow, item.id, now).burn_nanos
            ahead = forecast_credits(grants, burn, now, item.time_zone)
            lines.append(
                CreditLine(
                    organization=item,
                    spendable=_spendable(grants, now),
                    burn=Money(burn, CREDITS),
                    today=now.astimezone(item.time_zone).date(),
                    runs_out_on=ahead.runs_out_on,
                )
            )
    return sorted(lines, key=lambda line: (line.runs_out_on or date.max, line.organization.name))


def purchase_returned(organization_id: str, purchase_id: str, session_id: str) -> Purchase | None:
    """The organization's purchase that an address names, as it is now; None when there is no such purchase."""
    scope = Scope(frozenset({organization_id}))
    with application().read(organization_id) as uow:
        if session_id:
            try:
                return purchase_of_session(uow.purchases, session_id, scope)
            except NotFound:
                return None
        found = uow.purchases.purchase(purchase_id)
    return found if found is not None and scope.allows(found.organization_id) else None


def forget_credits() -> None:
    """Ask again: something was bought, granted or used up."""
    credits_of.clear()
    credit_lines.clear()


def _spendable(grants: Sequence[GrantState], now: datetime) -> Money:
    return Money(sum(state.remaining_nanos for state in grants if state.is_open(now)), CREDITS)

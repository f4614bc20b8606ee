"""Balances, top-ups and grants in this process."""

import asyncio
from datetime import datetime

from billing_core.bootstrap import application
from billing_core.domain.credits import Origin
from billing_core.domain.ledger import Account
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.usage import check_text
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.credits.read_balance import Balance, read_balance
from billing_core.services.credits.top_up_balance import top_up_balance


class FundsInProcess:
    """`Funds` on the application of this process."""

    def balance(self, organization_id: str) -> Balance:
        house = application()
        house.admission.give_back(organization_id)
        with house.read(organization_id) as uow:
            return read_balance(uow, organization_id, house.clock.now())

    def top_up(self, organization_id: str, amount: str, operation: str) -> Balance:
        house = application()
        now = house.clock.now()
        with house.write() as uow:
            currency = uow.organizations.organization(organization_id).currency
            top_up_balance(
                uow,
                organization_id=organization_id,
                amount=Money.parse(amount, currency),
                operation=f"top_up:{check_text(operation, 'operation')}",
                now=now,
            )
            return read_balance(uow, organization_id, now)

    def grant_credits(
        self, organization_id: str, credits: str, operation: str, *, name: str, expires_at: datetime | None = None
    ) -> Balance:
        house = application()
        now = house.clock.now()
        with house.write() as uow:
            currency = uow.organizations.organization(organization_id).currency
            issue_grant(
                uow,
                organization_id=organization_id,
                name=name,
                origin=Origin.PROMOTION,
                amount=Money.parse(credits, CREDITS, field="credits"),
                cost=Money.zero(currency),
                operation=f"grant:{check_text(operation, 'operation')}",
                now=now,
                expires_at=expires_at,
                paid_into=Account.MANUAL_CLEARING,
            )
            return read_balance(uow, organization_id, now)

    async def balance_async(self, organization_id: str) -> Balance:
        return await asyncio.to_thread(self.balance, organization_id)

    async def top_up_async(self, organization_id: str, amount: str, operation: str) -> Balance:
        return await asyncio.to_thread(self.top_up, organization_id, amount, operation)

    async def grant_credits_async(
        self, organization_id: str, credits: str, operation: str, *, name: str, expires_at: datetime | None = None
    ) -> Balance:
        return await asyncio.to_thread(
            self.grant_credits, organization_id, credits, operation, name=name, expires_at=expires_at
        )

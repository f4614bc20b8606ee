"""Balances, top-ups and grants on a server."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from billing_core.domain.usage import check_text
from billing_core.sdk.remote.calls import Call, asking, telling
from billing_core.sdk.remote.over_http import OverHttp
from billing_core.sdk.remote.receipts import money_of
from billing_core.services.credits.ports import Wallet
from billing_core.services.credits.read_balance import Balance


class RemoteFunds(OverHttp):
    """`Funds` over HTTP; money and credits are added with an operator's key that may manage.

    The operation is the payment's reference and the grant's, for ever, and the same as in process.
    """

    def balance(self, organization_id: str) -> Balance:
        return self._http.ask(_balance_asked(organization_id))

    def top_up(self, organization_id: str, amount: str, operation: str) -> Balance:
        self._http.ask(_topping_up(organization_id, amount, operation))
        return self.balance(organization_id)

    def grant_credits(
        self, organization_id: str, credits: str, operation: str, *, name: str, expires_at: datetime | None = None
    ) -> Balance:
        self._http.ask(_granting(organization_id, credits, operation, name, expires_at))
        return self.balance(organization_id)

    async def balance_async(self, organization_id: str) -> Balance:
        return await self._http.ask_async(_balance_asked(organization_id))

    async def top_up_async(self, organization_id: str, amount: str, operation: str) -> Balance:
        await self._http.ask_async(_topping_up(organization_id, amount, operation))
        return await self.balance_async(organization_id)

    async def grant_credits_async(
        self, organization_id: str, credits: str, operation: str, *, name: str, expires_at: datetime | None = None
    ) -> Balance:
        await self._http.ask_async(_granting(organization_id, credits, operation, name, expires_at))
        return await self.balance_async(organization_id)


def _balance_asked(organization_id: str) -> Call[Balance]:
    return asking("/credits/balance", _balance, organization_id=organization_id)


def _topping_up(organization_id: str, amount: str, operation: str) -> Call[None]:
    fields = {"amount": amount, "reference": check_text(operation, "operation")}
    return telling("/v1/billing/topup", fields, _nothing, organization_id)


def _granting(organization_id: str, credits: str, operation: str, name: str, expires_at: datetime | None) -> Call[None]:
    fields = {"amount": credits, "reason": name, "reference": check_text(operation, "operation")}
    if expires_at is not None:
        fields["expires_at"] = expires_at.isoformat()
    return telling(f"/v1/admin/organizations/{quote(organization_id, safe='')}/credits", fields, _nothing)


def _balance(told: Mapping[str, Any]) -> Balance:
    money = told["money"]
    available, held = money_of(money["available"]), money_of(money["held"])
    return Balance(money_of(told["available"]), Wallet(available + held, held, money_of(money["owed"])))


def _nothing(_: object) -> None:
    """What was answered is read anew, since a repeated operation is answered as it was."""

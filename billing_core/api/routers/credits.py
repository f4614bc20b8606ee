"""GET /credits/balance: the credits of an organization, grant by grant, and the money beside them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.domain.credits import GrantState
from billing_core.domain.identity import Permission
from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.read_funds import Funds, read_funds

router = APIRouter(prefix="/credits", tags=["Credits"], route_class=Route)
ReadCredits = Annotated[Asking, Depends(OrganizationWith(Permission.READ_CREDITS))]


class GrantOut(BaseModel):
    """A grant with something left in it; `features` is null where it pays for all."""

    id: str
    name: str
    origin: str
    granted: Amount
    available: Amount
    held: Amount
    features: Sequence[str] | None
    effective_at: datetime
    expires_at: datetime | None


class MoneyOut(BaseModel):
    """Prepaid money: free, promised to open holds, and usage on its way to the next invoice."""

    available: Amount
    held: Amount
    owed: Amount


class CreditsOut(BaseModel):
    """Credits that may be used now, those that open holds keep, and both together, as the grants make them up.

    Grants stand in the order they are used in; one that begins later counts from then on.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "available": {"amount": "640.00", "currency": "CREDITS"},
                "held": {"amount": "10.00", "currency": "CREDITS"},
                "total": {"amount": "650.00", "currency": "CREDITS"},
                "money": {
                    "available": {"amount": "25.00", "currency": "USD"},
                    "held": {"amount": "0.00", "currency": "USD"},
                    "owed": {"amount": "0.00", "currency": "USD"},
                },
                "grants": [
                    {
                        "id": "grt_01kafh9v7w3m5n8q2r4s6t0x1y",
                        "name": "Package · 1,000 credits",
                        "origin": "purchase",
                        "granted": {"amount": "1000.00", "currency": "CREDITS"},
                        "available": {"amount": "640.00", "currency": "CREDITS"},
                        "held": {"amount": "10.00", "currency": "CREDITS"},
                        "features": None,
                        "effective_at": "2026-11-20T12:00:00Z",
                        "expires_at": "2027-11-20T12:00:00Z",
                    }
                ],
            }
        }
    )

    available: Amount
    held: Amount
    total: Amount
    money: MoneyOut
    grants: Sequence[GrantOut]


@router.get("/balance", summary="Credits and balance", responses=error_answers(401, 403, 404, 422, 429))
def balance(application: App, asking: ReadCredits) -> CreditsOut:
    """What the organization can use now, what open holds keep, and from which grants; whoever may see its credits."""
    with application.read(asking.organization_id) as uow:
        return _credits_out(read_funds(uow, asking.organization_id, application.clock.now()))


def _credits_out(funds: Funds) -> CreditsOut:
    money = funds.money
    return CreditsOut(
        available=amount_of(funds.available),
        held=amount_of(funds.held),
        total=amount_of(funds.available + funds.held),
        money=MoneyOut(available=amount_of(money.available), held=amount_of(money.held), owed=amount_of(money.owed)),
        grants=[grant_out(state) for state in funds.grants],
    )


def grant_out(state: GrantState) -> GrantOut:
    """The grant as it is shown."""
    grant = state.grant
    return GrantOut(
        id=grant.id,
        name=grant.name,
        origin=grant.origin,
        granted=amount_of(grant.granted),
        available=amount_of(Money(state.free_nanos, CREDITS)),
        held=amount_of(Money(state.held_nanos, CREDITS)),
        features=None if grant.features is None else sorted(grant.features),
        effective_at=grant.effective_at,
        expires_at=grant.expires_at,
    )

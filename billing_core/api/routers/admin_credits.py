"""/v1/admin/organizations/{organization_id}/credits: grants, given for nothing and taken back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from billing_core.api.conventions.amounts import Amount, DecimalText, amount_of
from billing_core.api.conventions.authentication import Asking
from billing_core.api.conventions.house import App
from billing_core.api.conventions.new_ids import NewId
from billing_core.api.conventions.pages import Page, PageAsked
from billing_core.api.conventions.paths import Id, OrganizationAt
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route
from billing_core.api.conventions.texts import Moment, Name
from billing_core.api.routers.credits import GrantOut, grant_out
from billing_core.domain.clock import to_micros
from billing_core.domain.credits import GrantState
from billing_core.domain.identity import Permission
from billing_core.domain.money import CREDITS, Money
from billing_core.services.credits.give_promotion import give_promotion
from billing_core.services.credits.void_grant import grant_of, void_grant

router = APIRouter(
    prefix="/v1/admin/organizations/{organization_id}/credits", tags=["Admin: credits"], route_class=Route
)
ReadCredits = Annotated[Asking, Depends(OrganizationAt(Permission.READ_CREDITS))]
GrantCredits = Annotated[Asking, Depends(OrganizationAt(Permission.GRANT_CREDITS))]
_GRANT: dict[str, Any] = {
    "id": "grt_01kafh9v7w3m5n8q2r4s6t0x1y",
    "name": "Sorry for the outage",
    "origin": "promotion",
    "granted": {"amount": "100.00", "currency": "CREDITS"},
    "available": {"amount": "90.00", "currency": "CREDITS"},
    "held": {"amount": "0.00", "currency": "CREDITS"},
    "features": None,
    "effective_at": "2026-11-20T12:00:00Z",
    "expires_at": None,
    "used": {"amount": "10.00", "currency": "CREDITS"},
    "expired": {"amount": "0.00", "currency": "CREDITS"},
    "voided": {"amount": "0.00", "currency": "CREDITS"},
}


class PromotionSent(BaseModel):
    """Credits to give for nothing; the reason is their name, and stays on record.

    With a `reference` they are given once, however often it is sent.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"amount": "100", "reason": "Sorry for the outage"}}
    )

    amount: DecimalText
    reason: Name
    expires_at: Moment | None = None
    reference: Name | None = None


class VoidSent(BaseModel):
    """Why credits are taken back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "Given by mistake"}})

    reason: Name


class GrantWhole(GrantOut):
    """A grant with what became of its credits: `used`, `expired`, `voided`, and still there."""

    model_config = ConfigDict(json_schema_extra={"example": _GRANT})

    used: Amount
    expired: Amount
    voided: Amount


@router.get("", summary="List credit grants", responses=error_answers(401, 403, 404, 422, 429))
def grants(application: App, asking: ReadCredits, asked: PageAsked) -> Page[GrantWhole]:
    """Every grant the organization was given, the oldest first, used up and ended ones too."""
    with application.read(asking.organization_id) as uow:
        uow.organizations.organization(asking.organization_id)
        found = uow.credits.grants(asking.organization_id)
    return asked.page_of_all(found, _place, _whole)


@router.post(
    "",
    summary="Give promotional credits",
    status_code=201,
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def give(application: App, asking: GrantCredits, new_id: NewId, body: PromotionSent) -> GrantWhole:
    """Give credits for nothing. Administrators, and keys of operators with the scope manage."""
    with application.write() as uow:
        given = give_promotion(
            uow,
            organization_id=asking.organization_id,
            amount=Money.parse(body.amount, CREDITS),
            reason=body.reason,
            expires_at=body.expires_at,
            operation=new_id("opr") if body.reference is None else f"grant:{body.reference}",
            actor=asking.caller.actor,
            now=application.clock.now(),
        )
        return _whole(uow.credits.grant(given.id))


@router.post(
    "/{grant_id}/void",
    summary="Take a grant's credits back",
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def void(application: App, asking: GrantCredits, new_id: NewId, grant_id: Id, body: VoidSent) -> GrantWhole:
    """Take back what nobody has used or been promised; what was paid for it is kept. 409 where nothing is left.

    Administrators, and keys of operators with the scope manage. Giving money back is a decision of its own.
    """
    with application.write() as uow:
        grant_of(uow.credits, asking.organization_id, grant_id)
        void_grant(
            uow,
            grant_id=grant_id,
            reason=body.reason,
            operation=new_id("opr"),
            actor=asking.caller.actor,
            now=application.clock.now(),
        )
        return _whole(uow.credits.grant(grant_id))


def _whole(state: GrantState) -> GrantWhole:
    return GrantWhole(
        **dict(grant_out(state)),
        used=_credits(state.allocated_nanos),
        expired=_credits(state.expired_nanos),
        voided=_credits(state.voided_nanos),
    )


def _credits(nanos: int) -> Amount:
    return amount_of(Money(nanos, CREDITS))


def _place(state: GrantState) -> tuple[str, ...]:
    return f"{to_micros(state.grant.created_at):020d}", state.grant.id

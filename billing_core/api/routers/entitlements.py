"""/v1/entitlements: may this call run, and what would it cost? Asked before a call, and nothing is taken for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from billing_core.api.conventions.amounts import Amount, amount_of
from billing_core.api.conventions.authentication import Asking, OrganizationWith
from billing_core.api.conventions.house import App
from billing_core.api.conventions.problems import error_answers, problem
from billing_core.api.conventions.route import Route
from billing_core.api.routers.use_sent import Text, UseSent
from billing_core.bootstrap import Application
from billing_core.domain.errors import BillingError
from billing_core.domain.identity import Permission
from billing_core.domain.ids import new_ids
from billing_core.domain.money import Money
from billing_core.domain.usage import COUNT_MAX, TEXT_MAX, UsageEvent
from billing_core.services.charging.entitlement import Entitlement, read_entitlements

QUESTIONS_MAX = 100
router = APIRouter(tags=["Events"], route_class=Route)
Charge = Annotated[Asking, Depends(OrganizationWith(Permission.CHARGE_USAGE))]
_QUESTION: dict[str, Any] = {
    "feature": "chat",
    "provider": "openai",
    "model": "gpt-4",
    "input_tokens": 374,
    "output_tokens": 1_000,
    "member": "mem_01kaqz4m9r8v5w2x7y3n6p1t0b",
}
_ANSWER: dict[str, Any] = {
    "feature": "chat",
    "allowed": False,
    "reason": "insufficient_funds",
    "problem": {
        "type": "urn:tollbooth:problem:insufficient_funds",
        "title": "The price is 13.74 credits; 4.00 credits and a balance of 0.00 USD are available.",
        "status": 402,
        "code": "insufficient_funds",
    },
    "measured": 1,
    "price": {"amount": "13.74", "currency": "CREDITS"},
    "allowance": 0,
    "credits": {"amount": "4.00", "currency": "CREDITS"},
    "balance": {"amount": "0.00", "currency": "USD"},
    "overage": {"amount": "0.97", "currency": "USD"},
    "limit": 1_000,
    "remaining": 0,
    "resets_at": "2026-12-01T00:00:00Z",
    "as_of": "2026-11-20T14:02:11Z",
}


class QuestionIn(UseSent):
    """A use of a feature that is still to happen, with the most it may take.

    With the `source` and `event_id` that it will have, one that was charged before is answered with what it cost.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _QUESTION})

    feature: Text
    properties: dict[str, Any] | None = None
    source: Text = "api"
    event_id: Text | None = None

    def event(self, asking: Asking, event_id: str) -> UsageEvent:
        """The use as an event, under that id unless it has one; InvalidInput names a value that is out of range."""
        return self.use(
            organization_id=asking.organization_id,
            feature=self.feature,
            source=self.source,
            event_id=self.event_id or event_id,
            api_key_id=asking.caller.api_key_id,
            properties=self.properties,
        )


class EntitlementOut(BaseModel):
    """Whether the use would be admitted at `as_of`; if not, `reason` is the stable code and `problem` has the numbers.

    The price is what the plan asks beyond its allowance. Of `measured`, in the feature's unit, `allowance` would cover
    so much; `credits`, `balance` and `overage` would pay the price. Of the allowance's `limit`, `remaining` is left
    until `resets_at`; null: nothing limits it. Amounts are null for a feature that the plan does not have.
    """

    model_config = ConfigDict(json_schema_extra={"example": _ANSWER})

    feature: str
    allowed: bool
    reason: str | None
    problem: dict[str, Any] | None
    measured: int
    price: Amount | None
    allowance: int
    credits: Amount | None
    balance: Amount | None
    overage: Amount | None
    limit: int | None
    remaining: int | None
    resets_at: datetime | None
    as_of: datetime


@router.post(
    "/v1/entitlements",
    summary="May these calls run, and what would they cost",
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def ask(
    application: App,
    asking: Charge,
    body: QuestionIn | Annotated[list[QuestionIn], Field(min_length=1, max_length=QUESTIONS_MAX)],
) -> EntitlementOut | list[EntitlementOut]:
    """Ask before a call whether it would be admitted and who would pay; of a list, up to 100, each as if it were alone.

    Nothing is kept for the answer, which holds for that moment: whoever wants to rely on it reserves. A refusal is an
    answer too (200). Needs the scope charge.
    """
    if isinstance(body, list):
        return _answers(application, asking, body)
    return _answer_to(application, asking, body)


@router.get("/v1/entitlements", summary="May this call run", responses=error_answers(401, 403, 404, 422, 429))
def ask_one(
    application: App,
    asking: Charge,
    feature: Annotated[str, Query(min_length=1, max_length=TEXT_MAX, description="Its code.")],
    units: Annotated[int, Query(ge=0, le=COUNT_MAX, description="How many at most.")] = 1,
    provider: Annotated[str | None, Query(min_length=1, max_length=TEXT_MAX, description="Of the model.")] = None,
    model: Annotated[str | None, Query(min_length=1, max_length=TEXT_MAX, description="Which is called.")] = None,
    input_tokens: Annotated[int, Query(ge=0, le=COUNT_MAX, description="At most.")] = 0,
    output_tokens: Annotated[int, Query(ge=0, le=COUNT_MAX, description="At most.")] = 0,
    member: Annotated[str | None, Query(min_length=1, max_length=TEXT_MAX, description="Who would use it.")] = None,
) -> EntitlementOut:
    """As POST, for one question with the fields that are asked most."""
    question = QuestionIn(
        feature=feature,
        units=units,
        provider=provider,
        model=model,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        member=member,
    )
    return _answer_to(application, asking, question)


def _answer_to(application: Application, asking: Asking, question: QuestionIn) -> EntitlementOut:
    """The answer to the only question; what is wrong with it is raised."""
    now = application.clock.now()
    (outcome,) = _outcomes(application, asking, [question], now)
    if isinstance(outcome, BillingError):
        raise outcome
    return _answer(question.feature, outcome, now)


def _answers(application: Application, asking: Asking, questions: Sequence[QuestionIn]) -> list[EntitlementOut]:
    now = application.clock.now()
    outcomes = _outcomes(application, asking, questions, now)
    return [_answer(question.feature, outcome, now) for question, outcome in zip(questions, outcomes, strict=True)]


def _outcomes(
    application: Application, asking: Asking, questions: Sequence[QuestionIn], now: datetime
) -> list[Entitlement | BillingError]:
    ids = new_ids("ask", now, len(questions))
    read = [_read(question, asking, event_id) for question, event_id in zip(questions, ids, strict=True)]
    application.admission.give_back(asking.organization_id)
    with application.read(asking.organization_id) as uow:
        events = [event for event in read if isinstance(event, UsageEvent)]
        found = iter(read_entitlements(uow, events, application.clock))
    return [next(found) if isinstance(event, UsageEvent) else event for event in read]


def _read(question: QuestionIn, asking: Asking, event_id: str) -> UsageEvent | BillingError:
    try:
        return question.event(asking, event_id)
    except BillingError as error:
        return error


def _answer(feature: str, outcome: Entitlement | BillingError, now: datetime) -> EntitlementOut:
    told = Entitlement(refusal=None) if isinstance(outcome, BillingError) else outcome
    refusal = outcome if isinstance(outcome, BillingError) else outcome.refusal
    return EntitlementOut(
        feature=feature,
        allowed=refusal is None,
        reason=refusal and refusal.code,
        problem=refusal and problem(refusal),
        measured=told.measured,
        price=_amount(told.price),
        allowance=told.included,
        credits=_amount(told.credits),
        balance=_amount(told.balance),
        overage=_amount(told.overage),
        limit=told.limit,
        remaining=told.remaining,
        resets_at=told.resets_at,
        as_of=now,
    )


def _amount(money: Money | None) -> Amount | None:
    return None if money is None else amount_of(money)

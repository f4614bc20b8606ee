"""POST /v1/events: usage that has happened, up to a thousand events at once, one result each."""

from collections.abc import Sequence
from typing import cast

from fastapi import APIRouter, Request, Response
from pydantic.config import JsonDict
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from billing_core.api.conventions.authentication import authenticate
from billing_core.api.conventions.direct_route import DirectRoute
from billing_core.api.conventions.house import House, house_of
from billing_core.api.conventions.paths import ID_LENGTH_MAX
from billing_core.api.conventions.problems import error_answers
from billing_core.api.routers.events_charged import ResultsOut, results_answer
from billing_core.api.routers.events_described import REQUEST_BODY
from billing_core.api.routers.events_read import Taken, is_list, read_many, read_one
from billing_core.api.routers.events_sent import Sender
from billing_core.bootstrap import Application
from billing_core.domain.errors import BillingError, Conflict, InvalidInput, LimitReached, NotFound
from billing_core.services.charging.charge_events import Charged
from billing_core.services.charging.ports import ChargeRequest

router = APIRouter(tags=["Events"], route_class=DirectRoute)
ORGANIZATION: JsonDict = {
    "name": "organization_id",
    "in": "query",
    "description": "Whose events, where they do not say; needed only by callers who see several.",
    "schema": {"type": "string", "minLength": 1, "maxLength": ID_LENGTH_MAX},
}


@router.post(
    "/v1/events",
    summary="Record usage events",
    response_model=ResultsOut,
    responses=error_answers(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
    openapi_extra={"parameters": [ORGANIZATION], "requestBody": REQUEST_BODY},
)
async def record(request: Request) -> Response:
    """Record usage that has happened: one event or a list of up to 1,000, in our own JSON or as CloudEvents 1.0.

    An event has its tokens, or the body that a provider answered with. CloudEvents may be structured, batched or in
    binary mode (`ce-id` and so on in the headers).

    Never refused for lack of funds; an event sent twice counts once. Each event has a result of its own: `accepted`,
    `duplicate`, `conflict` when its id was used for another, or `rejected`; look at each. A body that cannot be read
    as events is refused as a whole, with nothing recorded.
    """
    sender = Sender(await authenticate(request), organization_asked(request))
    sender.check()
    house = house_of(request)
    body = await request.body()
    if is_list(body):
        return await run_in_threadpool(_record_many, house, request.headers, body, sender)
    taken = read_one(request.headers, body, sender)
    return results_answer(house.measurements, [taken.id], [await _charge(house.application, taken)])


def organization_asked(request: Request) -> str | None:
    """The organization that the address names; InvalidInput for what can be none."""
    if not request.scope["query_string"]:
        return None
    named = request.query_params.get("organization_id")
    if named is not None and not 1 <= len(named) <= ID_LENGTH_MAX:
        raise InvalidInput(f"An organization's id has 1 to {ID_LENGTH_MAX} characters.", field="organization_id")
    return named


async def _charge(application: Application, taken: Taken) -> Charged:
    if isinstance(taken.event, BillingError):
        return taken.event
    try:
        return await application.charges.submit_async(ChargeRequest(taken.event, admit=False))
    except (NotFound, Conflict, InvalidInput, LimitReached) as error:
        return error


def _record_many(house: House, headers: Headers, body: bytes, sender: Sender) -> Response:
    taken = read_many(headers, body, sender)
    requests = [ChargeRequest(item.event, admit=False) for item in taken if not isinstance(item.event, BillingError)]
    charged = iter(cast("Sequence[Charged]", house.application.charges.charge_many(requests)))
    outcomes = [item.event if isinstance(item.event, BillingError) else next(charged) for item in taken]
    return results_answer(house.measurements, [item.id for item in taken], outcomes)

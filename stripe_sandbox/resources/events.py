"""Events: what happened, newest first."""

import json

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.storage import Resource
from stripe_sandbox.webhooks.outbox import with_pending_count

_OF_TYPE = "json_extract(body, '$.type') GLOB ?"
_OF_TYPES = "json_extract(body, '$.type') IN (SELECT value FROM json_each(?))"


def retrieve(call: Call) -> Resource:
    """One event."""
    return with_pending_count(call.tx, call.subject("event"))


def find(call: Call) -> Resource:
    """Events; `type` may hold a star, as in `payment_intent.*`."""
    one, several = call.fields.take("type"), call.fields.take("types")
    conditions: dict[str, object] = {}
    if one is not None:
        conditions[_OF_TYPE] = one.replace("[", "[[]")
    if several is not None:
        conditions[_OF_TYPES] = json.dumps(several)
    page = call.page("event", conditions=conditions)
    return page | {"data": [with_pending_count(call.tx, event) for event in page["data"]]}


OPERATIONS: Operations = {
    ("GET", "/v1/events"): find,
    ("GET", "/v1/events/{id}"): retrieve,
}

"""Events: written and queued for every listening endpoint in the transaction of the change they tell of."""

from stripe_sandbox.contract import API_VERSION
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.storage import Resource, Transaction, new_id, public


def emit(tx: Transaction, event_type: str, resource: Resource, before: Resource | None = None) -> None:
    """Tell of a resource as it now is; `before` names what an update changed."""
    data = {"object": public(resource)}
    if before is not None:
        data["previous_attributes"] = {
            name: value for name, value in public(before).items() if resource.get(name) != value
        }
    endpoints = _listeners(tx, event_type)
    event = blank("event", without=("account", "context")) | {
        "id": new_id("evt"),
        "api_version": API_VERSION,
        "created": tx.now,
        "data": data,
        "pending_webhooks": len(endpoints),
        "request": {"id": tx.request_id, "idempotency_key": tx.idempotency_key},
        "type": event_type,
    }
    tx.add(event)
    for endpoint in endpoints:
        _queue(tx, event, endpoint)


def save_and_tell(tx: Transaction, event_type: str, before: Resource, after: Resource) -> Resource:
    """Keep an updated resource and tell what changed; when nothing did, nothing happens."""
    if after != before:
        tx.save(after)
        emit(tx, event_type, after, before)
    return after


def resend(tx: Transaction, event_id: str) -> int:
    """Queue an event once more for every endpoint that listens now; how many that are. Raises `resource_missing`."""
    event = tx.get("event", event_id)
    endpoints = _listeners(tx, event["type"])
    for endpoint in endpoints:
        _queue(tx, event, endpoint)
    return len(endpoints)


def with_pending_count(tx: Transaction, event: Resource) -> Resource:
    """The event with the number of deliveries that are still to succeed."""
    counted = tx.connection.execute(
        "SELECT count(*) FROM deliveries WHERE event = ? AND state = 'pending'", (event["id"],)
    ).fetchone()
    return event | {"pending_webhooks": counted[0]}


def cancel_deliveries(tx: Transaction, endpoint_id: str) -> None:
    """An endpoint that is gone or switched off gets nothing further, not even what was waiting."""
    tx.connection.execute(
        "UPDATE deliveries SET state = 'cancelled' WHERE endpoint = ? AND state = 'pending'", (endpoint_id,)
    )


def _listeners(tx: Transaction, event_type: str) -> list[Resource]:
    return [
        endpoint
        for endpoint in tx.all("webhook_endpoint", status="enabled")
        if {"*", event_type} & set(endpoint["enabled_events"])
    ]


def _queue(tx: Transaction, event: Resource, endpoint: Resource) -> None:
    tx.connection.execute(
        "INSERT INTO deliveries (event, endpoint, state, queued, due) VALUES (?, ?, 'pending', ?, ?)",
        (event["id"], endpoint["id"], tx.at, tx.at),
    )

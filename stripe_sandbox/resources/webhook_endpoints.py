"""Webhook endpoints: where events are sent. Only this machine is reached."""

from urllib.parse import urlsplit

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.contract import API_VERSION
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.errors import StripeError
from stripe_sandbox.fields import Fields
from stripe_sandbox.storage import Resource, Transaction, new_id, public
from stripe_sandbox.webhooks.outbox import cancel_deliveries

_ENDPOINTS_MAX = 16
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_HOST_ENDPOINT_ID = "we_embedded_host"


def create(call: Call) -> Resource:
    """A new endpoint; only this answer shows its secret."""
    if len(call.tx.all("webhook_endpoint")) >= _ENDPOINTS_MAX:
        raise StripeError(f"You have reached the maximum of {_ENDPOINTS_MAX} test webhook endpoints.")
    version = call.fields.take("api_version", API_VERSION)
    if version != API_VERSION:
        message = f"The embedded Stripe only sends events of API version {API_VERSION}, not {version}."
        raise StripeError(message, param="api_version")
    endpoint = _new_endpoint(call.tx, new_id("we"), new_id("whsec", 32))
    _read(call.fields, endpoint)
    call.tx.add(endpoint)
    return endpoint | {"secret": endpoint["_secret"]}


def retrieve(call: Call) -> Resource:
    """One endpoint, without its secret."""
    return call.subject("webhook_endpoint")


def update(call: Call) -> Resource:
    """Changes what was sent; switching an endpoint off drops what was waiting for it."""
    endpoint = call.subject("webhook_endpoint")
    _read(call.fields, endpoint)
    if "disabled" in call.fields:
        endpoint["status"] = "disabled" if call.fields.take("disabled") else "enabled"
    if endpoint["status"] == "disabled":
        cancel_deliveries(call.tx, endpoint["id"])
    call.tx.save(endpoint)
    return endpoint


def delete(call: Call) -> Resource:
    """The endpoint and what was waiting for it are gone."""
    endpoint = call.subject("webhook_endpoint")
    cancel_deliveries(call.tx, endpoint["id"])
    call.tx.remove(endpoint)
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def find(call: Call) -> Resource:
    """Endpoints, newest first."""
    return call.page("webhook_endpoint")


def ensure_endpoint(tx: Transaction, url: str, secret: str) -> Resource:
    """The host's own endpoint for every event: one, whatever address and secret it had before."""
    known = tx.find(_HOST_ENDPOINT_ID)
    endpoint = (known or _new_endpoint(tx, _HOST_ENDPOINT_ID, secret)) | {
        "_secret": secret,
        "description": "The host of the embedded Stripe",
        "enabled_events": ["*"],
        "status": "enabled",
        "url": url,
    }
    (tx.save if known else tx.add)(endpoint)
    return public(endpoint)


def _new_endpoint(tx: Transaction, endpoint_id: str, secret: str) -> Resource:
    return blank("webhook_endpoint", without=("secret",)) | {
        "id": endpoint_id,
        "_secret": secret,
        "api_version": API_VERSION,
        "created": tx.now,
        "status": "enabled",
    }


def _read(fields: Fields, endpoint: Resource) -> None:
    fields.copy(endpoint, "description")
    endpoint["metadata"] = fields.metadata(endpoint["metadata"])
    if "enabled_events" in fields:
        endpoint["enabled_events"] = fields.needed("enabled_events")
    if "url" in fields:
        endpoint["url"] = _read_url(fields)


def _read_url(fields: Fields) -> str | None:
    url = fields.url("url")
    if urlsplit(url or "").hostname not in _LOOPBACK:
        message = (
            f"The embedded Stripe only delivers to this machine, as in http://127.0.0.1:8501/webhook, not to {url}"
        )
        raise StripeError(message, "url_invalid", "url")
    return url


OPERATIONS: Operations = {
    ("POST", "/v1/webhook_endpoints"): create,
    ("GET", "/v1/webhook_endpoints"): find,
    ("GET", "/v1/webhook_endpoints/{webhook_endpoint}"): retrieve,
    ("POST", "/v1/webhook_endpoints/{webhook_endpoint}"): update,
    ("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}"): delete,
}

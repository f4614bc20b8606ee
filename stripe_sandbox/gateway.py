"""The API's one way in: who asks, which version, what exactly, whether it was asked before; then one transaction."""

import base64
import binascii
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from stripe_sandbox.call import Call, Handler
from stripe_sandbox.contract import API_VERSION
from stripe_sandbox.contract.forms import Form, MalformedForm, decode_form
from stripe_sandbox.contract.operations import Operation, find_operation, match_operation
from stripe_sandbox.contract.requests import read_params
from stripe_sandbox.errors import CardError, StripeError, not_offered, refusal
from stripe_sandbox.expansion import present
from stripe_sandbox.fields import Fields
from stripe_sandbox.idempotency import KeysInUse, earlier_answer, keep_answer
from stripe_sandbox.storage import Store, new_id

API_KEY = "sk_test_embedded"
_ERROR = '{\n  "error"'  # how a kept refusal begins; only those of cards are kept
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class ApiRequest:
    """A request as it came over the wire; header names in lower case, the path from `/v1/` on."""

    method: str
    path: str
    ids: Mapping[str, str]
    query: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class ApiAnswer:
    """A JSON answer and its headers."""

    status: int
    body: str
    headers: Mapping[str, str]


class Gateway:
    """Answers API requests; never raises."""

    def __init__(self, store: Store, base_url: Callable[[], str]) -> None:
        self._store = store
        self._base_url = base_url
        self._keys = KeysInUse()

    def answer(self, request: ApiRequest, template: str, handler: Handler) -> ApiAnswer:
        """The answer of a handler to a request for the path it is registered for."""
        return self._guarded(request, lambda request_id: self._perform(request, request_id, template, handler))

    def answer_unknown(self, request: ApiRequest) -> ApiAnswer:
        """404, telling what Stripe itself does not have from what is only missing here."""
        return self._guarded(request, lambda _: _refuse_unknown(request))

    def _guarded(self, request: ApiRequest, perform: Callable[[str], tuple[int, str, bool]]) -> ApiAnswer:
        request_id = new_id("req", 14)
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        try:
            _authorize(request.headers.get("authorization", ""))
            _check_version(request.headers.get("stripe-version"))
            status, body, is_replayed = perform(request_id)
        except StripeError as error:
            return ApiAnswer(error.status, _to_json(error.body()), headers)
        except Exception:
            _LOGGER.exception("embedded Stripe failed at %s %s", request.method, request.path)
            error = StripeError("The embedded Stripe failed; its log says why.", status=500, type="api_error")
            return ApiAnswer(500, _to_json(error.body()), headers)
        if key := _idempotency_key(request):
            headers["Idempotency-Key"] = key
        return ApiAnswer(status, body, headers | ({"Idempotent-Replayed": "true"} if is_replayed else {}))

    def _perform(self, request: ApiRequest, request_id: str, template: str, handler: Handler) -> tuple[int, str, bool]:
        """The status, the answer, and whether it is an earlier one."""
        operation = find_operation(request.method, template)
        if operation is None:
            raise LookupError(f"{request.method} {template} is registered here, but unknown to the installed SDK")
        form = _read_form(request)
        params = _read_params(operation, form)
        key = _idempotency_key(request)
        with self._keys.claim(key), self._store.transaction(request_id, key) as tx:
            if key and (earlier := earlier_answer(tx, key, request.path, form)):
                return CardError.status if earlier.startswith(_ERROR) else 200, earlier, True
            expand: list[str] = params.pop("expand", [])
            fields = Fields(params)
            call = Call(tx, request.path, request.ids, fields, self._base_url().rstrip("/"))
            try:
                resource = handler(call)
                fields.refuse_rest()
                status, body = 200, _to_json(present(tx, resource, expand))
            except CardError as declined:
                status, body = declined.status, _to_json(declined.body())
            if key:
                keep_answer(tx, key, request.path, form, body)
        return status, body, False


def _to_json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)


def _idempotency_key(request: ApiRequest) -> str | None:
    """Only POST changes anything that a second try could repeat."""
    return (request.headers.get("idempotency-key") or None) if request.method == "POST" else None


def _authorize(header: str) -> None:
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            credentials = base64.b64decode(credentials).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            credentials = ""
    key = credentials.strip()
    if not key:
        message = "You did not provide an API key. The embedded Stripe takes `Authorization: Bearer sk_test_embedded`."
        raise StripeError(message, status=401)
    if key != API_KEY:
        shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 16 else "*" * len(key)
        message = f"Invalid API Key provided: {shown}. The embedded Stripe takes only {API_KEY}, never a real key."
        raise StripeError(message, status=401)


def _check_version(version: str | None) -> None:
    if version not in (None, API_VERSION):
        raise StripeError(f"Invalid Stripe API version: {version}. The embedded Stripe speaks {API_VERSION}.")


def _read_form(request: ApiRequest) -> dict[str, Form]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if request.body and content_type != "application/x-www-form-urlencoded":
        raise StripeError("Invalid request (check that your POST content type is application/x-www-form-urlencoded).")
    try:
        return decode_form("&".join(filter(None, (request.query, request.body.decode()))))
    except (MalformedForm, UnicodeDecodeError) as error:
        raise StripeError(str(error), param=getattr(error, "param", None) or None) from error


def _read_params(operation: Operation, form: Mapping[str, Form]) -> dict[str, Any]:
    params, problems = read_params(operation.params, form)
    if problems:
        raise refusal(problems[0])
    return params


def _refuse_unknown(request: ApiRequest) -> NoReturn:
    if match_operation(request.method, request.path):
        raise not_offered(f"{request.method} {request.path}", status=404)
    raise StripeError(f"Unrecognized request URL ({request.method}: {request.path}).", status=404)

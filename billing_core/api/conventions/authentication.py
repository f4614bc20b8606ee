"""Find out who sends a request: `Authorization: Bearer tbk_...`, or the session of the console."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from billing_core.api.conventions.caller import Caller, caller_of_key, caller_of_viewer
from billing_core.api.conventions.house import House, house_of
from billing_core.api.conventions.request_facts import facts_of
from billing_core.api.conventions.texts import ID_LENGTH_MAX, PRINTABLE
from billing_core.api.same_site import is_own_request
from billing_core.domain.errors import NotAllowed
from billing_core.domain.identity import Permission
from billing_core.domain.organizations import ApiKeyRefused
from billing_core.services.identity.ports import SESSION_COOKIE
from billing_core.services.identity.view_session import viewer_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def authenticate(request: Request) -> Caller:
    """The caller, found out and counted once a request.

    ApiKeyRefused without a key or session, or with one that is unknown, expired or revoked; TooManyRequests.
    """
    facts = facts_of(request.scope)
    if facts.caller is None:
        caller = await _known_caller(request)
        facts.headers |= house_of(request).rate_limits.count_caller(caller.id)
        facts.caller = caller
    return facts.caller


async def _known_caller(request: Request) -> Caller:
    address = address_of(request)
    house = house_of(request)
    try:
        if "authorization" in request.headers:
            secret = _bearer(request.headers["authorization"])
            return caller_of_key(await house.keys.api_key(secret), address)
        return await _caller_of_session(request, house)
    except ApiKeyRefused:
        house.rate_limits.count_stranger(address)
        raise


async def _caller_of_session(request: Request, house: House) -> Caller:
    token = request.cookies.get(SESSION_COOKIE)
    clock = house.application.clock
    viewer = await run_in_threadpool(viewer_of, house.application, token, clock.now()) if token else None
    if viewer is None:
        raise ApiKeyRefused("Send an API key: Authorization: Bearer tbk_...", field="authorization")
    if request.method not in SAFE_METHODS and not is_own_request(request):
        raise NotAllowed("A page of another site sent this request; nothing was done.", field="origin")
    return caller_of_viewer(viewer, address_of(request))


def _bearer(header: str) -> str:
    kind, _, secret = header.partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise ApiKeyRefused("Send an API key: Authorization: Bearer tbk_...", field="authorization")
    return secret.strip()


def address_of(request: Request) -> str:
    """Where the request came from."""
    return request.client.host if request.client else "unknown"


async def count_visitor(request: Request) -> None:
    """For what everybody may read: count the request by its sender, who need not be known."""
    facts = facts_of(request.scope)
    if "authorization" in request.headers or SESSION_COOKIE in request.cookies:
        await authenticate(request)
    else:
        facts.headers |= house_of(request).rate_limits.count_caller(address_of(request))


Known = Annotated[Caller, Depends(authenticate)]


@dataclass(frozen=True, slots=True)
class Asking:
    """A caller and the organization the request is about, for which the caller holds the permission asked for."""

    caller: Caller
    organization_id: str


class OrganizationWith:
    """A dependency: the organization named in the query, or the caller's only one, with a permission for it."""

    def __init__(self, permission: Permission) -> None:
        self._permission = permission

    async def __call__(
        self,
        caller: Known,
        organization_id: Annotated[
            str | None,
            Query(
                description="Which organization; needed only by callers who see several.",
                max_length=ID_LENGTH_MAX,
                pattern=PRINTABLE,
            ),
        ] = None,
    ) -> Asking:
        return Asking(caller, caller.organization(self._permission, organization_id))


class EverywhereWith:
    """A dependency: a caller who holds a permission for every organization, for what concerns all of them."""

    def __init__(self, permission: Permission) -> None:
        self._permission = permission

    async def __call__(self, caller: Known) -> Caller:
        caller.everywhere(self._permission)
        return caller

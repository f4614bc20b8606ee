"""/v1/admin/.../api-keys: keys of an organization, and keys of operators, which work for every organization."""

from typing import Annotated

from fastapi import APIRouter, Depends

from billing_core.api.conventions.authentication import Asking, EverywhereWith
from billing_core.api.conventions.caller import Caller
from billing_core.api.conventions.house import App
from billing_core.api.conventions.pages import Asked, Page, PageAsked
from billing_core.api.conventions.paths import Id, OrganizationAt
from billing_core.api.conventions.problems import error_answers
from billing_core.api.conventions.route import Route, told_once
from billing_core.api.routers.api_key_shapes import ApiKeyMade, ApiKeySent, ApiKeyShown, api_key_made, api_key_shown
from billing_core.bootstrap import Application
from billing_core.domain.identity import Permission
from billing_core.services.organizations.create_api_key import create_api_key
from billing_core.services.organizations.revoke_api_key import revoke_api_key

router = APIRouter(prefix="/v1/admin", tags=["Admin: API keys"], route_class=Route)
EditApiKeysEverywhere = Annotated[Caller, Depends(EverywhereWith(Permission.EDIT_API_KEYS))]
OF_ORGANIZATION = "/organizations/{organization_id}/api-keys"
ReadKeys = Annotated[Asking, Depends(OrganizationAt(Permission.READ_MEMBERS))]
EditKeys = Annotated[Asking, Depends(OrganizationAt(Permission.EDIT_API_KEYS))]


@router.get(OF_ORGANIZATION, summary="List API keys", responses=error_answers(401, 403, 404, 422, 429))
def api_keys(application: App, asking: ReadKeys, asked: PageAsked) -> Page[ApiKeyShown]:
    """The organization's keys, the oldest first, revoked ones too; never their secrets."""
    return _page(application, asking.organization_id, asked)


@router.post(
    OF_ORGANIZATION,
    summary="Create an API key",
    status_code=201,
    openapi_extra=told_once("secret"),
    responses=error_answers(400, 401, 403, 404, 409, 413, 422, 429),
)
def create(application: App, asking: EditKeys, body: ApiKeySent) -> ApiKeyMade:
    """Make a key of the organization. Its owners, administrators, and keys with the scope manage.

    The secret is in this answer and nowhere else: sent again under the same Idempotency-Key, the answer has null in
    its place. Revoke the key then, and make another.
    """
    return _create(application, asking.caller, asking.organization_id, body)


@router.delete(
    OF_ORGANIZATION + "/{api_key_id}",
    summary="Revoke an API key",
    status_code=204,
    responses=error_answers(401, 403, 404, 409, 422, 429),
)
def revoke(application: App, asking: EditKeys, api_key_id: Id) -> None:
    """Refuse the key from now on (within a second, everywhere); it stays in the list."""
    _revoke(application, asking.caller, asking.organization_id, api_key_id)


@router.get(
    "/api-keys",
    summary="List operators' API keys",
    responses=error_answers(401, 403, 422, 429),
    dependencies=[Depends(EverywhereWith(Permission.EDIT_API_KEYS))],
)
def operator_keys(application: App, asked: PageAsked) -> Page[ApiKeyShown]:
    """The keys that work for every organization, the oldest first. Administrators and operators with manage."""
    return _page(application, None, asked)


@router.post(
    "/api-keys",
    summary="Create an operators' API key",
    status_code=201,
    openapi_extra=told_once("secret"),
    responses=error_answers(400, 401, 403, 409, 413, 422, 429),
)
def create_operator_key(application: App, caller: EditApiKeysEverywhere, body: ApiKeySent) -> ApiKeyMade:
    """Make a key that works for every organization. Administrators and operators with manage.

    Its secret is told as that of an organization's key: in this answer only.
    """
    return _create(application, caller, None, body)


@router.delete(
    "/api-keys/{api_key_id}",
    summary="Revoke an operators' API key",
    status_code=204,
    responses=error_answers(401, 403, 404, 409, 422, 429),
)
def revoke_operator_key(application: App, caller: EditApiKeysEverywhere, api_key_id: Id) -> None:
    """Refuse the key from now on; one of an organization is not found here."""
    _revoke(application, caller, None, api_key_id)


def _page(application: Application, organization_id: str | None, asked: Asked) -> Page[ApiKeyShown]:
    after = asked.place(1)
    with application.read(organization_id) as uow:
        if organization_id is not None:
            uow.organizations.organization(organization_id)
        found = uow.organizations.api_keys(organization_id, None if after is None else after[0], asked.limit + 1)
    return asked.page(found, lambda api_key: (api_key.id,), api_key_shown)


def _create(application: Application, caller: Caller, organization_id: str | None, body: ApiKeySent) -> ApiKeyMade:
    with application.write() as uow:
        issued = create_api_key(
            uow,
            organization_id=organization_id,
            name=body.name,
            scopes=frozenset(body.scopes),
            expires_at=body.expires_at,
            actor=caller.actor,
            now=application.clock.now(),
        )
    return api_key_made(issued)


def _revoke(application: Application, caller: Caller, organization_id: str | None, api_key_id: str) -> None:
    with application.write() as uow:
        revoke_api_key(
            uow,
            api_key_id=api_key_id,
            organization_id=organization_id,
            actor=caller.actor,
            now=application.clock.now(),
        )

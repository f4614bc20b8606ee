"""Who may use which route: every one of them, by every role and key, and never for another organization.

Requests carry no body: whoever may use a route is told what is missing, and nothing happens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from billing_core.domain.identity import PERMISSIONS, MemberRole, Permission, Role, StaffRole
from billing_core.domain.ids import new_id
from billing_core.domain.organizations import ApiScope
from billing_core.services.organizations.create_department import create_department
from tests.api.conftest import Api
from tests.product import SYSTEM, Product, a_product


@dataclass(frozen=True)
class Everywhere:
    """A permission that is needed for every organization: what concerns all of them."""

    permission: Permission


EVERYBODY = None
Access = Permission | Everywhere | None
ROUTES: dict[str, Access] = {
    "GET /health/live": EVERYBODY,
    "GET /health/ready": EVERYBODY,
    "GET /metrics": Everywhere(Permission.READ_ALL_ORGANIZATIONS),
    "GET /subscription/plans": EVERYBODY,
    "GET /subscription/pricing": EVERYBODY,
    "GET /v1/billing/plans": EVERYBODY,
    "GET /billing/plans": EVERYBODY,
    "GET /billing/credit-packages": EVERYBODY,
    "POST /billing/stripe/webhook": EVERYBODY,  # proven by its signature
    "POST /v1/events": Permission.CHARGE_USAGE,
    "GET /v1/events/{event_id}": Permission.READ_USAGE,
    "POST /v1/events/{event_id}/cancel": Permission.GRANT_CREDITS,
    "POST /v1/events/{event_id}/correct": Permission.GRANT_CREDITS,
    "POST /v1/otlp/v1/traces": Permission.CHARGE_USAGE,
    "POST /v1/entitlements": Permission.CHARGE_USAGE,
    "GET /v1/entitlements": Permission.CHARGE_USAGE,
    "GET /v1/billing/balance": Permission.READ_CREDITS,
    "GET /v1/billing/features": Permission.READ_PLANS,
    "GET /v1/billing/limits": Permission.READ_USAGE,
    "POST /v1/billing/topup": Permission.GRANT_CREDITS,
    "GET /v1/billing/usage": Permission.READ_USAGE,
    "GET /v1/billing/usage/statistics": Permission.READ_USAGE,
    "GET /v1/billing/payments": Permission.READ_CREDITS,
    "GET /subscription/usage/{user_id}": Permission.READ_USAGE,
    "GET /subscription/dashboard/{user_id}": Permission.READ_USAGE,
    "GET /subscription/trends/{user_id}": Permission.READ_USAGE,
    "GET /credits/balance": Permission.READ_CREDITS,
    "POST /credits/use": Permission.CHARGE_USAGE,
    "POST /credits/reserve": Permission.CHARGE_USAGE,
    "POST /credits/settle": Permission.CHARGE_USAGE,
    "POST /credits/release": Permission.CHARGE_USAGE,
    "GET /credits/reservations/{hold_id}": Permission.READ_CREDITS,
    "GET /credits/transactions": Permission.READ_CREDITS,
    "GET /credits/usage": Permission.READ_USAGE,
    "GET /credits/usage/summary": Permission.READ_USAGE,
    "GET /credits/costs": Permission.READ_PLANS,
    "GET /credits/departments/{department_id}/limits": Permission.READ_USAGE,
    "PUT /credits/departments/{department_id}/limits": Permission.EDIT_BUDGETS,
    "POST /billing/purchase-credits": Permission.BUY_CREDITS,
    "GET /billing/payments": Permission.READ_CREDITS,
    "GET /billing/customer": Permission.BUY_CREDITS,
    "POST /billing/customer": Permission.BUY_CREDITS,
    "GET /v1/admin/organizations": Permission.READ_CREDITS,
    "GET /v1/admin/organizations/{organization_id}": Permission.READ_CREDITS,
    "PATCH /v1/admin/organizations/{organization_id}": Permission.MANAGE_ORGANIZATIONS,
    "GET /v1/admin/organizations/{organization_id}/api-keys": Permission.READ_MEMBERS,
    "POST /v1/admin/organizations/{organization_id}/api-keys": Permission.EDIT_API_KEYS,
    "DELETE /v1/admin/organizations/{organization_id}/api-keys/{api_key_id}": Permission.EDIT_API_KEYS,
    "GET /v1/admin/organizations/{organization_id}/credits": Permission.READ_CREDITS,
    "POST /v1/admin/organizations/{organization_id}/credits": Permission.GRANT_CREDITS,
    "POST /v1/admin/organizations/{organization_id}/credits/{grant_id}/void": Permission.GRANT_CREDITS,
    "GET /v1/admin/organizations/{organization_id}/budgets": Permission.READ_USAGE,
    "POST /v1/admin/organizations/{organization_id}/budgets": Permission.EDIT_BUDGETS,
    "GET /v1/admin/organizations/{organization_id}/budgets/{budget_id}": Permission.READ_USAGE,
    "GET /v1/admin/organizations/{organization_id}/budgets/{budget_id}/usage": Permission.READ_USAGE,
    "PATCH /v1/admin/organizations/{organization_id}/budgets/{budget_id}": Permission.EDIT_BUDGETS,
    "POST /v1/admin/organizations/{organization_id}/budgets/{budget_id}/increases": Permission.EDIT_BUDGETS,
    "DELETE /v1/admin/organizations/{organization_id}/budgets/{budget_id}": Permission.EDIT_BUDGETS,
    "GET /v1/admin/organizations/{organization_id}/departments": Permission.READ_MEMBERS,
    "POST /v1/admin/organizations/{organization_id}/departments": Permission.EDIT_MEMBERS,
    "PATCH /v1/admin/organizations/{organization_id}/departments/{department_id}": Permission.EDIT_MEMBERS,
    "GET /v1/admin/organizations/{organization_id}/members": Permission.READ_MEMBERS,
    "POST /v1/admin/organizations/{organization_id}/members": Permission.EDIT_MEMBERS,
    "PATCH /v1/admin/organizations/{organization_id}/members/{member_id}": Permission.EDIT_MEMBERS,
    "DELETE /v1/admin/organizations/{organization_id}/members/{member_id}": Permission.EDIT_MEMBERS,
    "GET /v1/admin/tariffs": Everywhere(Permission.READ_PLANS),
    "POST /v1/admin/tariffs": Everywhere(Permission.EDIT_PLANS),
    "GET /v1/admin/tariffs/{code}": Everywhere(Permission.READ_PLANS),
    "PATCH /v1/admin/tariffs/{code}": Everywhere(Permission.EDIT_PLANS),
    "DELETE /v1/admin/tariffs/{code}": Everywhere(Permission.EDIT_PLANS),
    "POST /v1/admin/tariffs/{code}/draft/publish": Everywhere(Permission.EDIT_PLANS),
    "DELETE /v1/admin/tariffs/{code}/draft": Everywhere(Permission.EDIT_PLANS),
    "GET /v1/admin/tariffs/{code}/components": Everywhere(Permission.READ_PLANS),
    "POST /v1/admin/tariffs/{code}/components": Everywhere(Permission.EDIT_PLANS),
    "GET /v1/admin/tariffs/{code}/components/{feature}": Everywhere(Permission.READ_PLANS),
    "PATCH /v1/admin/tariffs/{code}/components/{feature}": Everywhere(Permission.EDIT_PLANS),
    "DELETE /v1/admin/tariffs/{code}/components/{feature}": Everywhere(Permission.EDIT_PLANS),
    "GET /v1/admin/api-keys": Everywhere(Permission.EDIT_API_KEYS),
    "POST /v1/admin/api-keys": Everywhere(Permission.EDIT_API_KEYS),
    "DELETE /v1/admin/api-keys/{api_key_id}": Everywhere(Permission.EDIT_API_KEYS),
    "GET /v1/admin/features": Everywhere(Permission.READ_PLANS),
    "GET /v1/admin/provider-prices": Everywhere(Permission.READ_PROVIDER_COST),
    "POST /v1/admin/provider-prices/overrides": Everywhere(Permission.EDIT_PROVIDER_PRICES),
    "POST /v1/admin/provider-prices/overrides/end": Everywhere(Permission.EDIT_PROVIDER_PRICES),
    "GET /v1/admin/provider-prices/repricing": Everywhere(Permission.READ_PROVIDER_COST),
    "POST /v1/admin/organizations": Everywhere(Permission.MANAGE_ORGANIZATIONS),
}
ROLES: tuple[Role, ...] = (*MemberRole, *StaffRole)
SCOPES = {
    ApiScope.CHARGE: frozenset({Permission.CHARGE_USAGE}),
    ApiScope.READ: PERMISSIONS[MemberRole.MEMBER] | {Permission.READ_MEMBERS},
    ApiScope.MANAGE: PERMISSIONS[MemberRole.OWNER],
}
OPERATOR_SCOPES = {
    ApiScope.CHARGE: frozenset({Permission.CHARGE_USAGE}),
    ApiScope.READ: PERMISSIONS[StaffRole.ANALYST],
    ApiScope.MANAGE: PERMISSIONS[StaffRole.ADMIN] - {Permission.CHARGE_USAGE},
}


class Walk:
    """Walks every route as one caller, with the ids of one organization."""

    def __init__(self, api: Api, product: Product) -> None:
        self.api = api
        self.northwind = product.organization("Northwind AI", credits="15")
        self.contoso = product.organization("Contoso Labs", credits="15")
        with product.write() as uow:
            department = create_department(
                uow, organization_id=self.northwind, name="Research", actor=SYSTEM, now=product.clock.now()
            )
        self.ids = {
            "organization_id": self.northwind,
            "user_id": self.northwind,
            "department_id": department.id,
            "hold_id": new_id("hld", product.clock.now()),
            "api_key_id": "key_none",
            "member_id": "mem_none",
            "budget_id": "bud_none",
            "grant_id": "grt_none",
            "event_id": "evt_none",
            "code": "free",
            "feature": "generate_content",
        }

    def statuses(self, routes: dict[str, Access], query: dict[str, str]) -> dict[str, int]:
        """What each route answers."""
        return {route: self.ask(route, query) for route in routes}

    def ask(self, route: str, query: dict[str, str]) -> int:
        method, _, path = route.partition(" ")
        asked = {} if "{organization_id}" in path else query
        return self.api.request(method, "/api" + path.format(**self.ids), params=asked).status_code


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    product = a_product(Path(tmp_path_factory.mktemp("walk")))
    with Api(product) as api:
        yield Walk(api, product)
    product.close()


def test_every_route_is_named_here(walk: Walk) -> None:
    paths = walk.api.get("/api/openapi.json").json()["paths"]
    assert {f"{method.upper()} {path}" for path, item in paths.items() for method in item} == set(ROUTES)


def test_without_a_caller_only_what_is_everybodys_answers(walk: Walk) -> None:
    walk.api.as_(None)
    answers = walk.statuses(ROUTES, {})
    # Who asks without a key too often is not even told that it is missing.
    refused = {route for route, status in answers.items() if status in (401, 429)}
    assert refused == {route for route, access in ROUTES.items() if access is not EVERYBODY}


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_a_role_may_use_what_its_permissions_allow(walk: Walk, role: Role) -> None:
    walk.api.signed_in(role, walk.northwind)
    is_staff = isinstance(role, StaffRole)
    assert _refused(walk, ROUTES) == _not_held(PERMISSIONS[role], is_everywhere=is_staff)


@pytest.mark.parametrize("scope", ApiScope, ids=str)
def test_a_key_may_use_what_its_scope_allows(walk: Walk, scope: ApiScope) -> None:
    walk.api.as_(walk.api.key(walk.northwind, scope))
    assert _refused(walk, ROUTES) == _not_held(SCOPES[scope], is_everywhere=False)


@pytest.mark.parametrize("scope", ApiScope, ids=str)
def test_an_operators_key_may_use_what_its_scope_allows_everywhere(walk: Walk, scope: ApiScope) -> None:
    walk.api.as_(walk.api.key(None, scope))
    assert _refused(walk, ROUTES) == _not_held(OPERATOR_SCOPES[scope], is_everywhere=True)


def test_another_organization_is_never_there(walk: Walk) -> None:
    walk.api.as_(walk.api.key(walk.contoso))
    of_one = {route for route, access in ROUTES.items() if isinstance(access, Permission)}
    of_one.remove("GET /v1/admin/organizations")  # lists those in sight, whichever are asked for
    asked = {"organization_id": walk.northwind}
    assert {route: walk.ask(route, asked) for route in of_one} == dict.fromkeys(of_one, 404)
    assert [item["id"] for item in walk.api.get("/api/v1/admin/organizations").json()["data"]] == [walk.contoso]


def test_what_belongs_to_another_organization_is_not_there_either(walk: Walk) -> None:
    walk.api.as_(walk.api.key(walk.contoso))
    of_one = [route for route, access in ROUTES.items() if isinstance(access, Permission)]
    reads = [route for route in of_one if "_id}" in route and route.startswith(("GET", "DELETE"))]
    assert {route: walk.ask(route, {}) for route in reads} == dict.fromkeys(reads, 404)


def _refused(walk: Walk, routes: dict[str, Access]) -> set[str]:
    answers = walk.statuses(routes, {"organization_id": walk.northwind})
    assert {status for status in answers.values() if status >= 500 or status in (401, 429)} == set()
    return {route for route, status in answers.items() if status == 403}


def _not_held(held: frozenset[Permission], *, is_everywhere: bool) -> set[str]:
    def is_allowed(access: Access) -> bool:
        if isinstance(access, Everywhere):
            return is_everywhere and access.permission in held
        return access is EVERYBODY or access in held

    return {route for route, access in ROUTES.items() if not is_allowed(access)}

"""One product with an API, and keys of every kind for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from billing_core.api.create_api import create_api
from billing_core.domain.identity import MemberRole, Role, StaffRole
from billing_core.domain.ids import new_id
from billing_core.domain.organizations import ApiScope
from billing_core.services.identity.create_staff import create_staff
from billing_core.services.identity.ports import SESSION_COOKIE
from billing_core.services.identity.sign_in import sign_in
from billing_core.services.organizations.create_api_key import create_api_key
from billing_core.services.organizations.create_member import create_member
from tests.identity_house import PASSWORD, cheap_passwords
from tests.product import SYSTEM, Product, a_product

PASSWORDS = cheap_passwords()


class Api(TestClient):
    """A client of a product's API, mounted where users find it: `api.as_(key).get("/api/v1/billing/balance")`."""

    def __init__(self, product: Product, **options: object) -> None:
        super().__init__(Starlette(routes=[Mount("/api", create_api(product))]), **options)  # type: ignore[arg-type]
        self.product = product

    def as_(self, secret: str | None) -> "Api":
        """The same client, sending that key from now on; None sends none."""
        self.headers.pop("authorization", None)
        self.cookies.clear()
        if secret is not None:
            self.headers["authorization"] = f"Bearer {secret}"
        return self

    def signed_in(self, role: Role, organization_id: str) -> "Api":
        """The same client as a new person of that role, in the organization unless the role is one of staff."""
        now, email = self.product.clock.now(), f"{new_id('some', self.product.clock.now())}@example.com"
        details: Any = {"email": email, "name": "Sam", "password": PASSWORD, "actor": SYSTEM, "now": now}
        with self.product.write() as uow:
            if isinstance(role, StaffRole):
                create_staff(uow, PASSWORDS, role=role, **details)
            else:
                create_member(uow, PASSWORDS, organization_id=organization_id, role=role, **details)
        sent_from = {"address": "127.0.0.1", "user_agent": "test"}
        token = sign_in(self.product, PASSWORDS, email=email, password=PASSWORD, now=now, **sent_from)
        self.as_(None).cookies.set(SESSION_COOKIE, token)
        return self

    def member(self, organization_id: str, name: str = "Dana") -> str:
        """The id of a new member."""
        now = self.product.clock.now()
        details: Any = {"email": f"{name.lower()}@example.com", "name": name, "role": MemberRole.MEMBER}
        with self.product.write() as uow:
            return create_member(
                uow, PASSWORDS, organization_id=organization_id, actor=SYSTEM, now=now, **details
            ).member.id

    def key(self, organization_id: str | None, *scopes: ApiScope) -> str:
        """The secret of a new key; without an organization an operator's, without scopes one with all of them."""
        with self.product.write() as uow:
            return create_api_key(
                uow,
                organization_id=organization_id,
                name="Test",
                scopes=frozenset(scopes or ApiScope),
                actor=SYSTEM,
                now=self.product.clock.now(),
            ).secret


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


@pytest.fixture
def northwind(product: Product) -> str:
    return product.organization("Northwind AI", credits="15")


@pytest.fixture
def api(product: Product, northwind: str) -> Iterator[Api]:
    """A client with a key of Northwind that may do everything."""
    with Api(product) as api:
        yield api.as_(api.key(northwind))

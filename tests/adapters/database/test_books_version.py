"""Whatever a decision rests on raises the version of the organization's books, however little of it changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from billing_core.domain.usage import Quantities, UsageEvent
from billing_core.services.organizations.create_department import create_department
from tests.product import SYSTEM, Product, a_product


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    product.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE credit_grant SET priority = priority + 1 WHERE organization_id = :id",
        "UPDATE wallet SET owed_nanos = owed_nanos + 1 WHERE organization_id = :id",
        "UPDATE usage_counter SET used = used + 1 WHERE organization_id = :id",
        "UPDATE subscription SET discount = 'student' WHERE organization_id = :id",
        "UPDATE department SET name = 'Sales' WHERE organization_id = :id",
        "UPDATE organization SET currency = 'EUR' WHERE id = :id",
        "DELETE FROM usage_counter WHERE organization_id = :id",
    ],
)
def test_a_change_raises_the_version_of_the_books(product: Product, change: str) -> None:
    northwind, contoso = product.organization(credits="15"), product.organization("Contoso Labs", credits="15")
    product.charge(
        UsageEvent(
            organization_id=northwind,
            feature="generate_content",
            source="test",
            event_id="1",
            provider="openai",
            model="gpt-4",
            quantities=Quantities(input_tokens=100),
        )
    )
    with product.write() as uow:
        create_department(uow, organization_id=northwind, name="Research", actor=SYSTEM, now=product.clock.now())
    before = _versions(product)
    with product.database.write() as connection:
        connection.execute(text(change), {"id": northwind})
    after = _versions(product)
    assert after[northwind] > before[northwind]
    assert after[contoso] == before[contoso]


def _versions(product: Product) -> dict[str, int]:
    with product.database.read() as connection:
        rows = connection.execute(text("SELECT organization_id, version FROM books")).all()
    return {row.organization_id: row.version for row in rows}

"""A disk that is full: the error is told, nothing is half written, and charging goes on once there is room."""

import resource
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, select
from sqlalchemy.exc import OperationalError

from billing_core.adapters.database.schema.usage import usage_event
from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.ports import Receipt
from tests.builders import an_event
from tests.product import Product, a_product

AGENT = "CategorizationAgent"  # 2 credits a unit, on every plan
LONG = {"note": "x" * 20_000}
CHARGES_MAX = 1_000


@contextmanager
def no_file_may_be_longer_than(size: int) -> Generator[None]:
    """What a disk without room does to a file that would grow: writing to it fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def charged_until_full(product: Product, organization_id: str, *, is_queued: bool) -> tuple[set[str], str]:
    """The events that were answered, and the one that was not."""
    answered: set[str] = set()
    for number in range(CHARGES_MAX):
        event = an_event(organization_id, AGENT, f"{is_queued}-{number}", properties=LONG)
        try:
            assert isinstance(charge(product, event, is_queued=is_queued), Receipt)
        except OperationalError:
            return answered, event.event_id
        answered.add(event.event_id)
    raise AssertionError("The disk was never full.")


def charge(product: Product, event: UsageEvent, *, is_queued: bool) -> object:
    return product.charges.charge(event) if is_queued else product.charge(event)[0]


def recorded(product: Product) -> set[str]:
    with product.database.read() as connection:
        return set(connection.scalars(select(usage_event.c.event_id)))


@pytest.mark.parametrize("is_queued", [False, True])
def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path, is_queued: bool) -> None:
    product = a_product(tmp_path)
    organization_id = product.organization(credits="10000")
    file = make_url(product.settings.database).database or ""
    longest = max(Path(file + suffix).stat().st_size for suffix in ("", "-wal"))
    with no_file_may_be_longer_than(longest + 100_000):
        answered, refused = charged_until_full(product, organization_id, is_queued=is_queued)
        assert recorded(product) == answered
    assert isinstance(charge(product, an_event(organization_id, AGENT, refused), is_queued=is_queued), Receipt)
    assert recorded(product) == {*answered, refused}
    assert list(audit_books(product)) == []
    product.close()

"""Questions before a call: answered from memory, never older than asked for, and with all this process did itself."""

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.domain.errors import NotFound
from billing_core.services.charging.looks import Looks
from billing_core.services.organizations.subscribe import subscribe
from tests.builders import an_event
from tests.product import SYSTEM, Product, a_product

SECOND = timedelta(seconds=1)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    product.close()


@pytest.fixture
def other(product: Product) -> Iterator[Product]:
    """Another process on the same database."""
    other = Product(product.settings, product.clock)
    yield other
    other.charges.close()
    other.database.close()


class Seconds:
    """A clock that is put forward."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def used(looks: Looks, owner: str, max_age: timedelta = SECOND) -> int:
    """How often the organization has chatted."""
    return sum(looks.books(owner, max_age).counters.values())


def test_an_answer_is_never_older_than_asked_for(product: Product, other: Product) -> None:
    owner, seconds = product.organization(credits="100"), Seconds()
    looks = Looks(product.read, product.clock, seconds)
    assert used(looks, owner) == 0
    other.charge(an_event(owner, "chat", "1"))
    seconds.now += 0.75
    assert used(looks, owner) == 0
    assert used(looks, owner, timedelta(milliseconds=750)) == 1
    other.charge(an_event(owner, "chat", "2"))
    assert used(looks, owner, timedelta(0)) == 2
    other.charge(an_event(owner, "chat", "3"))
    assert used(looks, owner) == 2
    seconds.now += 1
    assert used(looks, owner) == 3


def test_what_this_process_has_done_is_known_at_once(product: Product, other: Product) -> None:
    owner = product.organization(credits="100")
    unused = Looks(product.read, product.clock)
    for looks in (product.looks, unused):
        assert used(looks, owner) == 0
    product.charge(an_event(owner, "chat", "1"))
    product.charges.charge(an_event(owner, "chat", "2"))
    assert (used(product.looks, owner), used(unused, owner, timedelta(hours=1))) == (2, 0)
    with product.write() as uow:
        subscribe(
            uow, organization_id=owner, plan_code="starter", interval="month", actor=SYSTEM, now=product.clock.now()
        )
    versions = [item.plan_version.plan_code for item in product.looks.books(owner, SECOND).subscriptions]
    assert versions == ["free", "starter"]


def test_a_look_taken_before_a_commit_does_not_hide_it(product: Product) -> None:
    owner = product.organization(credits="100")

    @contextmanager
    def slow_read(organization_id: str | None) -> Generator[UnitOfWork]:
        with product.read(organization_id) as uow:
            yield uow
        product.charge(an_event(owner, "chat", "meanwhile"))
        looks.renew({owner: None}, looks.seconds())

    looks = Looks(slow_read, product.clock)
    assert used(looks, owner) == 0
    looks._read = product.read
    assert used(looks, owner, timedelta(hours=1)) == 1


def test_what_the_writer_goes_on_with_does_not_change_an_answer(product: Product) -> None:
    owner = product.organization(credits="100")
    product.looks.books(owner, SECOND)
    product.charge(an_event(owner, "chat", "1"))
    answer = product.looks.books(owner, SECOND)
    product.charge(an_event(owner, "chat", "2"))
    assert sum(answer.counters.values()) == 1


def fail(product: Product, owner: str) -> None:
    with product.write() as uow:
        uow.books.lock([owner])
        raise ZeroDivisionError


def unreadable(organization_id: str | None) -> AbstractContextManager[UnitOfWork]:
    raise AssertionError(f"{organization_id} was read")


def test_what_this_process_has_charged_needs_no_reading(product: Product) -> None:
    owner = product.organization(credits="100")
    looks = product.looks
    looks.books(owner, SECOND)
    product.charge(an_event(owner, "chat", "1"))
    looks._read = unreadable
    assert used(looks, owner, timedelta(hours=1)) == 1


def test_a_write_that_failed_changes_no_answer(product: Product) -> None:
    owner = product.organization(credits="100")
    before = product.looks.books(owner, SECOND)
    with pytest.raises(ZeroDivisionError):
        fail(product, owner)
    assert product.looks.books(owner, timedelta(hours=1)) is before


def test_what_is_not_there_is_named(product: Product) -> None:
    with pytest.raises(NotFound, match="org_nobody"):
        product.looks.books("org_nobody", SECOND)
    product.looks.check_feature("chat")
    with pytest.raises(NotFound, match="chatt"):
        product.looks.check_feature("chatt")

"""The history of usage in pages, on both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.services.usage.ports import HistoryFilter, Place
from billing_core.services.usage.read_history import read_history
from tests.builders import an_event
from tests.product import Product, a_product


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    product.close()


def a_history(product: Product, count: int = 12) -> str:
    """An organization with an event every hour back, three at a time; every fifth is a search."""
    organization_id = product.organization()
    now = product.clock.now()
    product.charge(
        *(
            an_event(
                organization_id,
                "search" if number % 5 == 0 else "chat",
                str(number),
                occurred_at=now - timedelta(hours=number // 3),
            )
            for number in range(count)
        ),
        admit=False,
    )
    return organization_id


def pages(product: Product, organization_id: str, chosen: HistoryFilter, looked_at_max: int) -> list[list[str]]:
    found: list[list[str]] = []
    after: Place | None = None
    with product.read(organization_id) as uow:
        while not found or after is not None:
            history = read_history(uow, organization_id, chosen, after=after, limit=2, looked_at_max=looked_at_max)
            found.append([event.event_id for event in history.events])
            after = history.next_place
    return found


def test_events_of_one_moment_come_in_the_opposite_order_of_their_recording(product: Product) -> None:
    found = pages(product, a_history(product), HistoryFilter(), 100)
    assert found == [["2", "1"], ["0", "5"], ["4", "3"], ["8", "7"], ["6", "11"], ["10", "9"]]


@pytest.mark.parametrize("looked_at_max", [1, 2, 3, 5, 100])
def test_however_little_is_looked_at_for_a_page_all_that_is_chosen_is_found_once(
    product: Product, looked_at_max: int
) -> None:
    found = pages(product, a_history(product), HistoryFilter(feature="search"), looked_at_max)
    assert [event_id for page in found for event_id in page] == ["0", "5", "10"]


def test_a_page_ends_where_enough_was_looked_at(product: Product) -> None:
    found = pages(product, a_history(product), HistoryFilter(feature="search"), 4)
    assert found == [["0", "5"], [], ["10"], []]


def test_only_the_chosen_time_is_looked_at(product: Product) -> None:
    organization_id = a_history(product)
    now = product.clock.now()
    chosen = HistoryFilter(
        feature="search", occurred_from=now - timedelta(hours=2), occurred_until=now - timedelta(minutes=1)
    )
    assert pages(product, organization_id, chosen, 100) == [["5"]]

"""An entry is taken back once, by a new entry with its postings turned; nothing is ever changed."""

from pathlib import Path

import pytest

from billing_core.domain.errors import BillingError, Conflict, InvalidInput, NotFound
from billing_core.domain.ledger import Account, Entry
from billing_core.services.ledger.errors import AlreadyReversed, NotReversible
from billing_core.services.ledger.reverse_entry import reverse_entry
from tests.product import Product, a_product


@pytest.fixture
def product(tmp_path: Path) -> Product:
    product = a_product(tmp_path)
    product.top_up(product.organization(), "10", "wire-7")
    return product


def topped_up(product: Product) -> Entry:
    with product.read() as uow:
        entry = uow.ledger.entry_of_operation("wire-7")
    assert entry is not None
    return entry


def reverse(product: Product, entry_id: str, operation: str = "undo-7", reason: str = "Wired twice") -> Entry:
    with product.write() as uow:
        return reverse_entry(uow, entry_id, operation, reason, product.clock.now())


def test_a_reversal_turns_every_posting_and_names_what_it_takes_back(product: Product) -> None:
    entry = topped_up(product)
    reversal = reverse(product, entry.id)
    with product.read() as uow:
        assert uow.ledger.reversal_of(entry.id) == reversal
        assert uow.ledger.entry(entry.id) == entry
        for account in (Account.BALANCE, Account.MANUAL_CLEARING):
            assert uow.ledger.balance_nanos(entry.organization_id, account, "USD") == 0
    assert [(line.account, line.amount_nanos) for line in reversal.postings] == [
        (line.account, -line.amount_nanos) for line in entry.postings
    ]


def test_a_repeated_operation_answers_with_the_first_reversal(product: Product) -> None:
    entry = topped_up(product)
    assert reverse(product, entry.id) == reverse(product, entry.id)


def test_an_entry_is_taken_back_once(product: Product) -> None:
    entry = topped_up(product)
    first = reverse(product, entry.id)
    with pytest.raises(AlreadyReversed) as refusal:
        reverse(product, entry.id, "undo-8")
    assert refusal.value.details["reversal"] == first.id


def test_a_reversal_is_not_taken_back(product: Product) -> None:
    reversal = reverse(product, topped_up(product).id)
    with pytest.raises(NotReversible):
        reverse(product, reversal.id, "undo-the-undoing")


@pytest.mark.parametrize(
    ("change", "kind", "field"),
    [
        ({"entry_id": "ent_nothing"}, NotFound, "entry_id"),
        ({"operation": "wire-7"}, Conflict, "operation"),
        ({"operation": ""}, InvalidInput, "operation"),
        ({"reason": " "}, InvalidInput, "reason"),
    ],
)
def test_what_cannot_be_reversed_names_the_field_and_posts_nothing(
    product: Product, change: dict[str, str], kind: type[BillingError], field: str
) -> None:
    entry = topped_up(product)
    with pytest.raises(kind) as refusal:
        reverse(product, **({"entry_id": entry.id} | change))
    assert refusal.value.field == field
    with product.read() as uow:
        assert uow.ledger.reversal_of(entry.id) is None

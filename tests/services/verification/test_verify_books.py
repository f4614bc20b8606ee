"""The self-audit finds every kind of damage, names the row, and finds nothing in order."""

from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from tests.builders import an_event
from tests.product import Product, a_product
from tests.tampering import tamper

DAMAGE = {
    "ledger entries balance": "UPDATE ledger_posting SET amount_nanos = amount_nanos - 1 WHERE amount_nanos < -1",
    "entries have postings": "DELETE FROM ledger_posting",
    "postings have entries": "DELETE FROM ledger_entry",
    "wallet equals grants": "UPDATE wallet SET posted_nanos = posted_nanos + 1 WHERE currency = 'CREDITS'",
    "wallet equals ledger": "UPDATE wallet SET posted_nanos = posted_nanos + 1 WHERE currency = 'USD'",
    "owed equals receivable": "UPDATE wallet SET owed_nanos = owed_nanos + 1 WHERE currency = 'USD'",
    "grants equal their allocations": "UPDATE credit_grant SET allocated_nanos = allocated_nanos - 1",
    "allocations name their event": "UPDATE credit_allocation SET amount_nanos = amount_nanos + 1",
    "allocations name an event that exists": "DELETE FROM usage_event",
    "charges are posted once": "DELETE FROM ledger_entry WHERE kind = 'charge'",
    "allowance counters equal events": "UPDATE usage_counter SET used = used + 1 WHERE measure = 'calls'",
    "cost counters equal events": "UPDATE usage_counter SET used = used + 1 WHERE measure = 'provider_cost:USD'",
    "prices follow the plan version": "UPDATE usage_event SET price_nanos = price_nanos + 1",
    "sealed entries never change": "UPDATE ledger_entry SET description = 'nothing' WHERE seq = 2",
    "days equal their postings": "UPDATE ledger_day SET credit_nanos = credit_nanos + 1",
    "the warehouse equals the books": "UPDATE usage_event SET input_tokens = input_tokens + 1",
}


@pytest.fixture
def product(tmp_path: Path) -> Product:
    product = a_product(tmp_path)
    organization_id = product.organization()
    product.grant(organization_id, "15", "1.20")
    product.top_up(organization_id, "0.25")
    for number in range(3):
        product.charge(an_event(organization_id, "generate_content", f"g{number}"), admit=False)
    product.charge(
        an_event(organization_id, "chat", "c", provider="openai", model="gpt-4", input_tokens=10), admit=False
    )
    product.sync_warehouse()
    product.seal_ledger()
    return product


def test_books_in_order_have_no_findings(product: Product) -> None:
    assert list(audit_books(product)) == []


@pytest.mark.parametrize(
    ("invariant", "damage"),
    [
        *DAMAGE.items(),
        ("allowance counters equal events", "DELETE FROM usage_counter WHERE measure = 'calls'"),
        ("cost counters equal events", "DELETE FROM usage_counter WHERE measure = 'provider_cost:USD'"),
        ("organizations have their wallets", "DELETE FROM wallet WHERE currency = 'USD'"),
    ],
)
def test_damage_is_found_and_its_row_is_named(product: Product, invariant: str, damage: str) -> None:
    tamper(product.database, damage)
    findings = [finding for finding in audit_books(product) if finding.invariant == invariant]
    assert findings
    assert all(len(finding.row.split()) >= 2 and finding.problem for finding in findings)

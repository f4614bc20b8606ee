"""The self-audit follows every adjustment to its event, its credits, its ledger entry and the counters."""

from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.services.adjustments.cancel_events import cancel_event
from billing_core.services.charging.ports import Receipt
from tests.builders import an_event
from tests.product import SYSTEM, Product, a_product
from tests.tampering import tamper

DAMAGE = {
    "adjustments name their event": "UPDATE usage_adjustment SET event_id = 'evt_nobody'",
    "adjusted credits name their grant": "UPDATE adjustment_allocation SET amount_nanos = amount_nanos - 1",
    "adjustments are posted once": "DELETE FROM ledger_entry WHERE kind = 'cancellation'",
    "grants equal their allocations": "DELETE FROM adjustment_allocation",
    "allowance counters equal events": "UPDATE usage_adjustment SET measured = measured - 1",
    "cost counters equal events": "UPDATE usage_adjustment SET provider_cost_nanos = provider_cost_nanos - 1",
    "the warehouse equals the books": "UPDATE usage_adjustment SET input_tokens = input_tokens + 1",
}


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """Two calls paid with credits, balance and on account; the first was cancelled."""
    product = a_product(tmp_path)
    owner = product.organization()
    product.grant(owner, "15", "1.20")
    product.top_up(owner, "0.25")
    details = {"provider": "openai", "model": "gpt-4", "input_tokens": 10}
    first, _ = product.charge(
        *(an_event(owner, "generate_content", str(number), units=1, **details) for number in range(2)), admit=False
    )
    product.charge(an_event(owner, "chat", "c", **details))
    assert isinstance(first, Receipt)
    (chat,) = product.charge(an_event(owner, "chat", "d", **details))
    assert isinstance(chat, Receipt)
    for receipt in (first, chat):
        with product.write() as uow:
            cancel_event(
                uow,
                organization_id=owner,
                event_id=receipt.id,
                reason="never happened",
                actor=SYSTEM,
                now=product.clock.now(),
            )
    product.sync_warehouse()
    return product


def test_adjusted_books_in_order_have_no_findings(product: Product) -> None:
    assert list(audit_books(product)) == []


@pytest.mark.parametrize(("invariant", "damage"), DAMAGE.items())
def test_damage_to_an_adjustment_is_found(product: Product, invariant: str, damage: str) -> None:
    tamper(product.database, damage)
    findings = [finding for finding in audit_books(product) if finding.invariant == invariant]
    assert findings
    assert all(len(finding.row.split()) >= 2 and finding.problem for finding in findings)

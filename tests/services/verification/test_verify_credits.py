"""The self-audit follows every credit from its grant to the ledger, and what it had cost."""

from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.credits import Origin
from billing_core.domain.ledger import Account
from billing_core.services.credits.expire_credits import expire_credits
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.credits.void_grant import void_grant
from billing_core.services.ledger.reverse_entry import reverse_entry
from tests.builders import an_event, credits, usd
from tests.product import NOON, SYSTEM, Product, a_product
from tests.services.credits.test_rolling_over import subscribed
from tests.tampering import tamper

DAMAGE = {
    "wallet holds equal grants": "UPDATE wallet SET held_nanos = held_nanos + 1 WHERE currency = 'CREDITS'",
    "grants equal their postings": "UPDATE ledger_posting SET account = 'contra:credits_consumed' "
    "WHERE account = 'contra:credits_expired'",
    "grants equal their write-offs": "DELETE FROM credit_write_off WHERE kind = 'voided'",
    "write-offs are posted once": "UPDATE credit_write_off SET cost_nanos = cost_nanos + 1 WHERE kind = 'voided'",
    "breakage equals what expired had cost": "UPDATE ledger_posting SET account = 'revenue:usage' "
    "WHERE account = 'revenue:breakage'",
    "breakage comes from credits that ended": "UPDATE ledger_posting SET account = 'revenue:breakage' "
    "WHERE account = 'revenue:usage'",
    "what rolled over was granted anew": "UPDATE credit_grant SET cost_nanos = cost_nanos + 1 "
    "WHERE operation LIKE 'rollover:%'",
    "expired credits are written off": "UPDATE credit_grant SET expires_at = expires_at - 1 - 86400000000 "
    "WHERE name = 'Grant' AND expired_nanos = 0 AND voided_nanos = 0",
    "reversals turn every posting": "UPDATE ledger_posting SET amount_nanos = amount_nanos * 2 WHERE entry_id IN "
    "(SELECT reverses_id FROM ledger_entry WHERE reverses_id IS NOT NULL)",
    "deferred revenue is the cost of remaining credits": "UPDATE ledger_posting SET grant_id = NULL "
    "WHERE account = 'liability:deferred_revenue' AND amount_nanos < 0",
}


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """Paid credits that were used, expired, voided and carried over; some that end later; a top-up taken back."""
    product = a_product(tmp_path)
    owner = subscribed(product, "250")
    later = NOON + timedelta(days=40)
    product.grant(owner, "30", "2.99", expires_at=NOON + timedelta(days=1))
    voided = product.grant(owner, "70", "7.77")
    product.grant(owner, "11", "1", expires_at=later)
    product.charge(an_event(owner, "generate_content", units=51))
    product.clock.advance(days=35)
    with product.write() as uow:
        void_grant(uow, grant_id=voided, reason="Fraud", operation="void", actor=SYSTEM, now=product.clock.now())
        issue_grant(
            uow,
            organization_id=owner,
            name="Plan credits",
            origin=Origin.PLAN,
            amount=credits("10"),
            cost=usd("0.07"),
            operation="plan:by-hand",
            now=product.clock.now(),
            expires_at=later,
        )
    product.clock.set(later)
    while expire(product):
        pass
    take_back_a_top_up(product, owner)
    product.grant(owner, "5", "1", expires_at=product.clock.now() + timedelta(microseconds=1))
    return product


def expire(product: Product) -> int:
    with product.write() as uow:
        return expire_credits(uow, product.clock.now())


def take_back_a_top_up(product: Product, owner: str) -> None:
    """Whoever takes back a top-up takes the wallet's part as well."""
    product.top_up(owner, "5", "wire")
    with product.write() as uow:
        entry = uow.ledger.entry_of_operation("wire")
        assert entry is not None
        reverse_entry(uow, entry.id, "undo", "Wired to the wrong customer", product.clock.now())
        uow.credits.add_to_wallet(owner, usd("-5"))


def found(product: Product) -> set[str]:
    return {finding.invariant for finding in audit_books(product)}


def test_the_fixture_has_every_ending_and_is_in_order(product: Product) -> None:
    with product.read() as uow:
        (organization,) = uow.organizations.organizations()
        kinds = {item.kind for item in uow.credits.write_offs(organization.id)}
        assert uow.ledger.balance_nanos(organization.id, Account.BREAKAGE_REVENUE, "USD") < 0
    assert kinds == {"expired", "rolled_over", "voided"}
    assert found(product) == set()


@pytest.mark.parametrize(("invariant", "damage"), DAMAGE.items())
def test_damage_to_credits_is_found(product: Product, invariant: str, damage: str) -> None:
    tamper(product.database, damage)
    assert invariant in found(product)


def test_credits_that_ended_less_than_a_day_ago_may_wait_for_the_job(product: Product) -> None:
    product.clock.advance(hours=23)
    assert found(product) == set()
    product.clock.advance(hours=2)
    assert found(product) == {"expired credits are written off"}
    assert expire(product)
    assert found(product) == set()

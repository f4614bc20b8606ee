"""Readers that take their time: they see one moment, and nobody waits for them."""

from datetime import timedelta
from pathlib import Path

from billing_core.bootstrap.self_audit import audit_books
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.expire_holds import expire_holds
from billing_core.services.charging.ports import Receipt, ReserveRequest
from tests.builders import an_event
from tests.product import Product, a_product

AGENT = "CategorizationAgent"  # 2 credits a unit, on every plan
CHARGES = 40


def test_a_reader_sees_one_moment_while_charges_and_sweeps_go_on(tmp_path: Path) -> None:
    product = a_product(tmp_path)
    organization_id = product.organization(credits="200")
    with product.write() as uow:
        charge_events(
            uow, [ReserveRequest(an_event(organization_id, AGENT, "held"), timedelta(minutes=1))], product.clock
        )
    with product.read() as reader, product.read(organization_id) as confined:
        assert _held(product, organization_id) == "2.00"
        before = reader.credits.wallet(organization_id, "CREDITS")
        assert confined.credits.wallet(organization_id, "CREDITS") == before
        for number in range(CHARGES):
            [receipt] = product.charge(an_event(organization_id, AGENT, str(number)))
            assert isinstance(receipt, Receipt)
        assert isinstance(product.charges.charge(an_event(organization_id, AGENT, "through the writer")), Receipt)
        product.clock.advance(minutes=2)
        assert expire_holds(product.write, product.clock) == 1
        assert reader.credits.wallet(organization_id, "CREDITS") == before
        assert confined.credits.wallet(organization_id, "CREDITS") == before
        assert (before.posted.decimal_text, before.held.decimal_text) == ("200.00", "2.00")
        assert _held(product, organization_id) == "0.00"
    with product.read() as uow:
        assert uow.credits.wallet(organization_id, "CREDITS").posted.decimal_text == "118.00"
    assert list(audit_books(product)) == []
    product.close()


def _held(product: Product, organization_id: str) -> str:
    with product.read() as uow:
        return uow.credits.wallet(organization_id, "CREDITS").held.decimal_text

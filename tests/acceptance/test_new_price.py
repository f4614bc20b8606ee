"""A new price of a plan: who subscribed before is charged the old one, who subscribes after it the new one."""

from dataclasses import replace
from pathlib import Path

from billing_core.domain.money import Money
from billing_core.domain.prices import PerUnit
from billing_core.services.charging.ports import Receipt
from billing_core.services.plans.edit_draft import edit_draft
from billing_core.services.plans.publish_draft import publish_draft
from tests.builders import an_event, credits, usd
from tests.product import SYSTEM, Product, a_product

FEATURE = "MyFeature"  # a feature without an allowance: every use is paid for


def test_old_subscribers_are_charged_the_old_price_and_new_ones_the_new_price(tmp_path: Path) -> None:
    product = a_product(tmp_path)
    old = product.organization("Faithful", "professional")
    before = _price(product, old, "before")
    with product.write() as uow:
        terms = uow.catalog.version_in_force("professional", product.clock.now()).terms
        dearer = replace(terms.features[FEATURE], price=PerUnit(before + credits("4")))
        draft = edit_draft(
            uow,
            "professional",
            replace(terms, price_month=usd("119"), features={**terms.features, FEATURE: dearer}),
            seen_changed_at=None,
            now=product.clock.now(),
        )
    product.clock.advance(hours=1)
    with product.write() as uow:
        publish_draft(uow, "professional", seen_changed_at=draft.changed_at, actor=SYSTEM, now=product.clock.now())
    new = product.organization("Newcomer", "professional")
    product.clock.advance(hours=1)

    assert _price(product, old, "after") == before
    assert _price(product, new, "after") == before + credits("4")
    assert (_month(product, old), _month(product, new)) == (usd("99"), usd("119"))
    product.clock.advance(days=40)
    assert _price(product, old, "in a later period") == before
    product.close()


def _price(product: Product, organization_id: str, event_id: str) -> Money:
    event = an_event(organization_id, FEATURE, event_id=event_id, units=1, occurred_at=product.clock.now())
    [receipt] = product.charge(event)
    assert isinstance(receipt, Receipt)
    return receipt.price


def _month(product: Product, organization_id: str) -> Money | None:
    with product.read() as uow:
        return uow.subscriptions.history([organization_id])[organization_id][-1].plan_version.terms.price_month

"""Alerts are raised by the charge that leads beyond a threshold, or the first one that finds it crossed; once."""

from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.domain.alerts import AlertKind, AlertRule
from billing_core.domain.money import CREDITS
from tests.builders import an_event, credits
from tests.product import NOON, Product, a_product


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


def watch(product: Product, organization_id: str, kind: AlertKind, threshold: int) -> None:
    rule = AlertRule(
        id="rul_test",
        kind=kind,
        organization_id=organization_id,
        threshold=threshold,
        currency=CREDITS if kind is AlertKind.CREDITS_LOW else None,
        is_enabled=True,
    )
    with product.write() as uow:
        uow.alerts.save_rule(rule, NOON)


def raised(product: Product, organization_id: str) -> list[int]:
    with product.read() as uow:
        found = uow.alerts.alerts(
            frozenset([organization_id]), kinds=list(AlertKind), is_acknowledged=False, count_max=50
        )
    return [alert.reading.after for alert in found if alert.rule.id == "rul_test"]


def test_credits_that_expired_do_not_hide_that_credits_are_low(product: Product) -> None:
    organization_id = product.organization()
    product.grant(organization_id, "100", expires_at=NOON + timedelta(days=1))
    product.grant(organization_id, "35")
    watch(product, organization_id, AlertKind.CREDITS_LOW, credits("15").nanos)
    product.clock.advance(days=2)
    product.charge(
        an_event(organization_id, "generate_content", "1"), an_event(organization_id, "generate_content", "2")
    )
    assert raised(product, organization_id) == []
    product.charge(an_event(organization_id, "generate_content", "3"))
    assert raised(product, organization_id) == [credits("5").nanos]


def test_credits_that_became_few_by_expiring_are_noticed_by_the_next_use(product: Product) -> None:
    organization_id = product.organization()
    product.grant(organization_id, "100", expires_at=NOON + timedelta(days=1))
    product.grant(organization_id, "12")
    watch(product, organization_id, AlertKind.CREDITS_LOW, credits("15").nanos)
    product.clock.advance(days=2)
    product.charge(an_event(organization_id, "generate_content"))
    assert raised(product, organization_id) == [credits("2").nanos]


def test_a_rule_that_is_younger_than_the_crossing_raises_its_alert_once(product: Product) -> None:
    organization_id = product.organization()
    product.charge(an_event(organization_id, "chat", "1", units=900))
    watch(product, organization_id, AlertKind.ALLOWANCE_USED, 70)
    product.charge(an_event(organization_id, "chat", "2"))
    product.charge(an_event(organization_id, "chat", "3"))
    assert raised(product, organization_id) == [901]

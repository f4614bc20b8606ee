"""Rules are edited and alerts acknowledged by those who may, once, and on record."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from billing_core.domain.alerts import AlertKind, AlertRule, Reading
from billing_core.domain.errors import Conflict, InvalidInput, NotFound
from billing_core.domain.identity import Scope
from billing_core.domain.money import CREDITS
from billing_core.services.alerts.acknowledge_alert import acknowledge_alert
from billing_core.services.alerts.edit_rule import edit_rule
from billing_core.services.alerts.ports import Alert
from billing_core.services.alerts.raise_alerts import raise_alerts
from tests.product import NOON, SYSTEM, Product, a_product

EVERYWHERE = Scope(None)
KINDS = tuple(AlertKind)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    product.close()


def a_rule(organization_id: str | None = None, **changes: object) -> AlertRule:
    values: dict[str, object] = {
        "id": "rul_test",
        "kind": AlertKind.ALLOWANCE_USED,
        "organization_id": organization_id,
        "threshold": 60,
        "currency": None,
        "is_enabled": True,
    }
    return AlertRule(**(values | changes))  # type: ignore[arg-type]


def save(product: Product, rule: AlertRule, scope: Scope = EVERYWHERE) -> AlertRule:
    with product.write() as uow:
        return edit_rule(uow, rule, scope=scope, actor=SYSTEM, now=NOON)


def records(product: Product, kind: str, thing: str) -> list[str]:
    with product.read() as uow:
        return [record.action for record in uow.audit.records_of(kind, thing)]


def raised(product: Product, organization_id: str) -> Alert:
    reading = Reading(
        kind=AlertKind.ALLOWANCE_USED,
        organization_id=organization_id,
        subject="calls",
        period_start=NOON,
        before=0,
        after=900,
        capacity=1000,
    )
    with product.write() as uow:
        raise_alerts(uow.alerts, [reading], NOON)
        (alert,) = uow.alerts.alerts(frozenset({organization_id}), kinds=KINDS, is_acknowledged=False, count_max=10)
        return alert


def test_saving_the_same_rule_twice_changes_and_records_it_once(product: Product):
    north = product.organization()
    save(product, a_rule(north))
    save(product, a_rule(north))
    save(product, a_rule(north, is_enabled=False))
    with product.read() as uow:
        assert not uow.alerts.rule("rul_test").is_enabled
    assert sorted(records(product, "alert_rule", "rul_test")) == ["alert_rule.added", "alert_rule.changed"]


def test_a_rule_on_credits_is_counted_in_credits(product: Product):
    rule = a_rule(kind=AlertKind.CREDITS_LOW, threshold=5)
    assert save(product, rule).currency == CREDITS


@pytest.mark.parametrize("whose", ["all", "other"])
def test_owners_change_rules_of_their_organization_alone(product: Product, whose: str):
    own, other = product.organization("Own"), product.organization("Other")
    organization_id = None if whose == "all" else other
    with pytest.raises(NotFound):
        save(product, a_rule(organization_id), Scope(frozenset({own})))
    save(product, a_rule(organization_id))
    with pytest.raises(NotFound):
        save(product, a_rule(own, threshold=70), Scope(frozenset({own})))
    with product.read() as uow:
        assert uow.alerts.rule("rul_test").organization_id == organization_id


def test_a_rule_keeps_its_kind(product: Product):
    save(product, a_rule())
    with pytest.raises(InvalidInput) as caught:
        save(product, a_rule(kind=AlertKind.CREDITS_LOW, currency=CREDITS))
    assert caught.value.field == "kind"


def test_a_second_rule_that_watches_the_same_is_refused(product: Product):
    save(product, a_rule())
    with pytest.raises(Conflict) as caught:
        save(product, a_rule(id="rul_other"))
    assert caught.value.field == "threshold"


def test_an_unknown_organization_is_named(product: Product):
    with pytest.raises(NotFound, match="org_nobody"):
        save(product, a_rule("org_nobody"))


def test_acknowledging_twice_keeps_the_first_and_records_once(product: Product):
    north = product.organization()
    alert = raised(product, north)
    with product.write() as uow:
        assert acknowledge_alert(uow, alert.id, scope=EVERYWHERE, actor=SYSTEM, now=NOON)
        assert not acknowledge_alert(uow, alert.id, scope=EVERYWHERE, actor=SYSTEM, now=NOON)
        assert uow.alerts.count_alerts(frozenset({north}), kinds=KINDS) == {False: 0, True: 1}
        (seen,) = uow.alerts.alerts(None, kinds=KINDS, is_acknowledged=True, count_max=10)
    assert seen.acknowledged_by == SYSTEM.name
    assert records(product, "alert", alert.id) == ["alert.acknowledged"]


def test_an_alert_of_somebody_else_cannot_be_acknowledged(product: Product):
    alert = raised(product, product.organization("North"))
    south = product.organization("South")
    with product.write() as uow, pytest.raises(NotFound):
        acknowledge_alert(uow, alert.id, scope=Scope(frozenset({south})), actor=SYSTEM, now=NOON)


def test_kinds_a_person_may_not_see_are_neither_listed_nor_counted(product: Product):
    north = product.organization()
    raised(product, north)
    kinds = (AlertKind.CREDITS_LOW,)
    with product.read() as uow:
        assert not uow.alerts.alerts(None, kinds=kinds, is_acknowledged=False, count_max=10)
        assert uow.alerts.count_alerts(None, kinds=kinds) == {False: 0, True: 0}

"""Charging asks budgets, counts in them and warns of them; what they count can be recomputed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.budget_terms import Budget, Measure, Scope
from billing_core.domain.errors import BillingError, BudgetExceeded
from billing_core.domain.holds import Hold
from billing_core.domain.usage import Quantities
from billing_core.services.alerts.ports import Alert
from billing_core.services.budgets.archive_budget import archive_budget
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.budgets.increase_budget import increase_budget
from billing_core.services.budgets.read_budgets import read_budgets
from billing_core.services.charging.charge_events import Outcome, charge_events
from billing_core.services.charging.ports import ReleaseRequest, ReserveRequest, SettleRequest
from tests.builders import an_event
from tests.product import NOON, SYSTEM, Product, a_product


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


def create(product: Product, owner_id: str, amount: int = 10, **changes: Any) -> Budget:
    details: dict[str, Any] = {
        "organization_id": owner_id,
        "name": "Monthly",
        "amount": amount,
        "measure": Measure.UNITS,
        "every": "month",
        "is_hard": True,
        "actor": SYSTEM,
        "now": product.clock.now(),
    }
    with product.write() as uow:
        return create_budget(uow, **(details | changes))


def use(product: Product, owner_id: str, event_id: str, units: int, *, admit: bool = True, **details: Any) -> Outcome:
    return product.charge(an_event(owner_id, "chat", event_id, units=units, **details), admit=admit)[0]


def spent(product: Product, owner_id: str) -> list[tuple[int, int]]:
    with product.read() as uow:
        return [(item.spent, item.held) for item in read_budgets(uow, owner_id, product.clock.now())]


def alerts(product: Product) -> list[Alert]:
    with product.read() as uow:
        kinds = {rule.kind for rule in uow.alerts.rules()}
        return list(uow.alerts.alerts(None, kinds=kinds, is_acknowledged=False, count_max=100))


def test_a_use_beyond_a_hard_budget_is_refused_until_it_has_room_again(product: Product) -> None:
    owner = product.organization()
    budget = create(product, owner)
    assert not isinstance(use(product, owner, "1", 10), BillingError)
    assert isinstance(use(product, owner, "2", 1), BudgetExceeded)
    assert spent(product, owner) == [(10, 0)]
    with product.write() as uow:
        increase_budget(uow, budget.id, amount=1, until=NOON + timedelta(days=1), actor=SYSTEM, now=NOON)
    assert not isinstance(use(product, owner, "2", 1), BillingError)
    with product.write() as uow:
        archive_budget(uow, budget.id, actor=SYSTEM, now=NOON)
    assert not isinstance(use(product, owner, "3", 100), BillingError)
    assert list(audit_books(product)) == []


def test_a_batch_counts_one_event_after_the_other(product: Product) -> None:
    owner = product.organization()
    create(product, owner)
    outcomes = product.charge(*(an_event(owner, "chat", str(n), units=4) for n in range(4)))
    assert [isinstance(outcome, BudgetExceeded) for outcome in outcomes] == [False, False, True, True]
    assert spent(product, owner) == [(8, 0)]


def test_every_run_is_counted_apart_from_batch_to_batch(product: Product) -> None:
    owner = product.organization()
    create(product, owner, scope=Scope.RUN, every="total")
    for run in ("a", "b"):
        assert not isinstance(use(product, owner, f"{run}1", 6, run=run), BillingError)
        assert isinstance(use(product, owner, f"{run}2", 5, run=run), BudgetExceeded)
        assert not isinstance(use(product, owner, f"{run}3", 4, run=run), BillingError)
    assert spent(product, owner) == [(10, 0), (10, 0)]
    assert list(audit_books(product)) == []


def test_late_use_counts_where_it_occurred_and_is_not_refused(product: Product) -> None:
    owner = product.organization()
    create(product, owner, effective_at=datetime(2026, 1, 1, tzinfo=UTC))
    use(product, owner, "1", 20, admit=False, occurred_at=NOON - timedelta(days=60))
    assert spent(product, owner) == [(0, 0)]
    use(product, owner, "2", 20, admit=False)
    assert spent(product, owner) == [(20, 0)]
    assert list(audit_books(product)) == []


def test_a_hold_keeps_its_part_of_the_budget_until_it_is_settled_or_released(product: Product) -> None:
    owner = product.organization()
    create(product, owner)

    def decide(request: Any) -> Outcome:
        with product.write() as uow:
            return charge_events(uow, [request], product.clock)[0]

    first, second = (
        decide(ReserveRequest(an_event(owner, "chat", name, units=4), timedelta(minutes=5))) for name in ("h1", "h2")
    )
    assert isinstance(first, Hold)
    assert isinstance(second, Hold)
    assert spent(product, owner) == [(0, 8)]
    assert isinstance(use(product, owner, "1", 3), BudgetExceeded)
    assert list(audit_books(product)) == []
    decide(SettleRequest(organization_id=owner, hold_id=first.id, quantities=Quantities(units=1)))
    decide(ReleaseRequest(organization_id=owner, hold_id=second.id))
    assert spent(product, owner) == [(1, 0)]
    assert list(audit_books(product)) == []


def test_an_alert_is_raised_when_a_budget_is_nearly_used_and_when_it_is(product: Product) -> None:
    owner = product.organization()
    budget = create(product, owner, is_hard=False)
    use(product, owner, "1", 7)
    assert alerts(product) == []
    use(product, owner, "2", 1)
    (nearly,) = alerts(product)
    assert (nearly.reading.subject, nearly.reading.after, nearly.reading.capacity) == (budget.id, 8, 10)
    assert nearly.severity == "warning"
    use(product, owner, "3", 5)
    assert sorted(alert.severity for alert in alerts(product)) == ["critical", "warning"]


@pytest.mark.parametrize(
    ("invariant", "damage"),
    [
        ("budgets equal events", "UPDATE budget_counter SET spent = spent + 1"),
        ("budgets equal events", "DELETE FROM budget_counter"),
        ("budgets equal holds", "UPDATE budget_counter SET held = held + 1"),
        ("budgets equal events", "UPDATE usage_event SET units = units + 1"),
    ],
)
def test_the_self_audit_finds_what_is_counted_wrong(product: Product, invariant: str, damage: str) -> None:
    owner = product.organization()
    for measure in Measure:
        create(product, owner, measure=measure, every="billing")
        create(product, owner, measure=measure, scope=Scope.RUN, scope_id="a", every="day")
        create(product, owner, measure=measure, scope=Scope.RUN, every="total")
    use(product, owner, "1", 3, run="a")
    use(product, owner, "2", 4, run="b", admit=False)
    product.charge(an_event(owner, "MyFeature", "3", units=1, run="a"), admit=False)
    assert [finding for finding in audit_books(product) if "budget" in finding.invariant] == []
    with product.database.write() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER usage_event_refuses_update")
        else:
            connection.exec_driver_sql("ALTER TABLE usage_event DISABLE TRIGGER USER")
        connection.exec_driver_sql(damage)
    findings = [finding for finding in audit_books(product) if finding.invariant == invariant]
    assert findings
    assert all(finding.row.startswith("budget_counter bud_") and finding.problem for finding in findings)

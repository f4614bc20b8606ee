"""Budgets are made with what was used already, changed, increased for a while, archived and read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from billing_core.adapters.database.schema.budgets import budget_counter
from billing_core.domain.budget_terms import FOR_EVER, Budget, Measure, Scope
from billing_core.domain.budgets import WHOLE, BudgetKey, Counter
from billing_core.domain.errors import BillingError, Conflict, InvalidInput, NotFound
from billing_core.domain.identity import MemberRole
from billing_core.domain.organizations import ApiScope
from billing_core.services.budgets.archive_budget import archive_budget
from billing_core.services.budgets.change_budget import change_budget
from billing_core.services.budgets.create_budget import create_budget
from billing_core.services.budgets.increase_budget import increase_budget
from billing_core.services.budgets.ports import BudgetBelowUse
from billing_core.services.budgets.read_budgets import BudgetUsage, read_budgets
from billing_core.services.organizations.create_api_key import create_api_key
from billing_core.services.organizations.create_department import create_department
from billing_core.services.organizations.create_member import create_member
from tests.builders import an_event, usd
from tests.product import NOON, SYSTEM, Product, a_product


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


def create(product: Product, owner_id: str, amount: int = 100, **changes: Any) -> Budget:
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


def read(product: Product, owner_id: str, **chosen: Any) -> list[BudgetUsage]:
    with product.read() as uow:
        return list(read_budgets(uow, owner_id, product.clock.now(), **chosen))


def use(product: Product, owner_id: str, event_id: str, units: int = 1, **details: Any) -> None:
    """A use that has happened."""
    event = an_event(owner_id, "chat", event_id, units=units, **details)
    outcome = product.charge(event, admit=False)[0]
    assert not isinstance(outcome, BillingError), outcome


def hold(product: Product, owner: str, budget: Budget, units: int) -> None:
    """Promise some of a monthly budget to nobody in particular."""
    with product.database.write() as connection:
        connection.execute(
            budget_counter.insert().values(
                budget_id=budget.id,
                subject=WHOLE,
                period_start=datetime(2026, 11, 1, tzinfo=UTC),
                organization_id=owner,
                spent=0,
                held=units,
            )
        )


def actions(product: Product, budget_id: str) -> list[str]:
    with product.read() as uow:
        return sorted(record.action for record in uow.audit.records_of("budget", budget_id))


def test_a_new_budget_counts_what_was_used_in_its_period_already(product: Product) -> None:
    owner = product.organization()
    use(product, owner, "october", 5, occurred_at=datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC))
    use(product, owner, "november", 7, occurred_at=datetime(2026, 11, 1, tzinfo=UTC))
    use(product, owner, "failed", 9, is_error=True)
    create(product, owner)
    (usage,) = read(product, owner)
    assert (usage.amount, usage.spent, usage.held, usage.remaining) == (100, 7, 0, 93)
    assert usage.period.start == datetime(2026, 11, 1, tzinfo=UTC)
    assert actions(product, usage.budget.id) == ["budget.created"]


def test_a_budget_of_money_counts_prices_and_one_of_credits_what_grants_paid(product: Product) -> None:
    # Two of 52 uploads are beyond the allowance, $0.20 each; an agent costs 3 credits, worth $0.10 each.
    owner = product.organization("Northwind AI", "starter", credits="5")
    product.charge(
        an_event(owner, "document_upload", "1", units=52),
        an_event(owner, "content_agent", "2"),
        an_event(owner, "content_agent", "3"),
        admit=False,
    )
    money, credits = (create(product, owner, measure=measure) for measure in (Measure.MONEY, Measure.CREDITS))
    spent = {usage.budget.id: usage.spent for usage in read(product, owner)}
    assert (money.currency, credits.currency) == ("USD", None)
    assert spent == {money.id: usd("1.00").nanos, credits.id: 5 * 10**9}


def test_periods_are_the_organization_s_and_total_has_no_end(product: Product) -> None:
    owner = product.organization()
    use(product, owner, "1", 3, occurred_at=NOON - timedelta(days=400))
    use(product, owner, "2", 4)
    for every in ("day", "week", "month", "billing", "total"):
        create(product, owner, every=every)
    spent = {usage.budget.every: usage.spent for usage in read(product, owner)}
    assert spent == {"day": 4, "week": 4, "month": 4, "billing": 4, "total": 7}


def test_a_budget_may_count_one_feature_from_a_day_on(product: Product) -> None:
    owner = product.organization()
    use(product, owner, "1", 3)
    chosen: tuple[dict[str, Any], ...] = (
        {"feature": "chat"},
        {"feature": "document_upload"},
        {"effective_at": NOON},
        {"effective_at": NOON + timedelta(microseconds=1)},
    )
    ids = [create(product, owner, **details).id for details in chosen]
    spent = {usage.budget.id: usage.spent for usage in read(product, owner)}
    assert [spent[budget_id] for budget_id in ids] == [3, 0, 3, 0]


def test_every_run_has_a_budget_without_a_name_for_itself(product: Product) -> None:
    owner = product.organization()
    use(product, owner, "1", 3, run="a")
    use(product, owner, "2", 4, run="b")
    use(product, owner, "3", 5)
    each = create(product, owner, scope=Scope.RUN, every="total")
    of_a = create(product, owner, scope=Scope.RUN, scope_id="a", every="total")
    spent = {(usage.budget.id, usage.subject): usage.spent for usage in read(product, owner)}
    assert spent == {(each.id, "a"): 3, (each.id, "b"): 4, (of_a.id, WHOLE): 3}
    assert [(usage.subject, usage.spent) for usage in read(product, owner, scope_id="c")] == [("c", 0)]


def test_a_budget_may_be_a_member_s_a_department_s_or_a_key_s_of_the_organization(product: Product) -> None:
    owner, other = product.organization(), product.organization("Contoso")
    with product.write() as uow:
        details: dict[str, Any] = {"organization_id": owner, "actor": SYSTEM, "now": NOON}
        department = create_department(uow, name="Research", **details)
        key = create_api_key(uow, name="Key", scopes=frozenset({ApiScope.CHARGE}), **details)
        member = create_member(
            uow, product.passwords, email="ann@example.com", name="Ann", role=MemberRole.MEMBER, **details
        ).member
    use(product, owner, "1", 6, member=member.id, department=department.id)
    for scope, scope_id in {
        Scope.MEMBER: member.id,
        Scope.DEPARTMENT: department.id,
        Scope.API_KEY: key.api_key.id,
    }.items():
        create(product, owner, scope=scope, scope_id=scope_id)
        with pytest.raises(NotFound) as error:
            create(product, other, scope=scope, scope_id=scope_id)
        assert error.value.field == "scope_id"
    assert {usage.budget.scope: usage.spent for usage in read(product, owner)} == {
        Scope.MEMBER: 6,
        Scope.DEPARTMENT: 6,
        Scope.API_KEY: 0,
    }
    assert [usage.spent for usage in read(product, owner, scope=Scope.MEMBER)] == [6]


def test_asking_twice_with_one_key_makes_one_budget(product: Product) -> None:
    owner = product.organization()
    first = create(product, owner, budget_id="bud_mine")
    assert create(product, owner, budget_id="bud_mine") == first
    assert actions(product, first.id) == ["budget.created"]
    with pytest.raises(Conflict) as error:
        create(product, owner, budget_id="bud_mine", every="day")
    assert error.value.field == "budget_id"


def test_a_hard_budget_cannot_be_lowered_below_what_is_used(product: Product) -> None:
    owner = product.organization()
    use(product, owner, "1", 60)
    budget = create(product, owner, 100)

    def change(**changes: Any) -> Budget:
        with product.write() as uow:
            return change_budget(uow, budget.id, actor=SYSTEM, now=NOON, **changes)

    with pytest.raises(BudgetBelowUse) as refusal:
        change(amount=59)
    assert refusal.value.field == "amount"
    assert refusal.value.details == {"budget_id": budget.id, "subject": WHOLE, "limit": 59, "used": 60, "held": 0}
    assert change(amount=60).amount == 60
    assert change(amount=59, is_hard=False).amount == 59
    with pytest.raises(BudgetBelowUse):
        change(is_hard=True)
    assert change(name="Fewer").name == "Fewer"
    assert actions(product, budget.id) == [*["budget.changed"] * 3, "budget.created"]


def test_what_is_held_counts_as_used_when_a_budget_is_lowered(product: Product) -> None:
    owner = product.organization()
    budget = create(product, owner, 100)
    hold(product, owner, budget, 50)
    with product.write() as uow, pytest.raises(BudgetBelowUse):
        change_budget(uow, budget.id, amount=49, actor=SYSTEM, now=NOON)


def test_an_increase_lasts_until_its_end_and_happens_once(product: Product) -> None:
    owner = product.organization()
    budget = create(product, owner, 100)
    for _ in range(2):
        with product.write() as uow:
            increase_budget(
                uow,
                budget.id,
                amount=50,
                until=NOON + timedelta(days=1),
                increase_id="inc_1",
                actor=SYSTEM,
                now=NOON,
            )
    assert read(product, owner)[0].amount == 150
    assert actions(product, budget.id) == ["budget.created", "budget.increased"]
    product.clock.set(NOON + timedelta(days=1))
    assert read(product, owner)[0].amount == 100


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("amount", {"amount": 0}),
        ("until", {"until": NOON}),
        ("until", {"until": NOON, "increase_id": "inc_1"}),
        ("until", {"until": NOON.replace(tzinfo=None)}),
        ("starts_at", {"starts_at": NOON.replace(tzinfo=None)}),
    ],
)
def test_an_increase_that_makes_no_sense_is_refused(product: Product, field: str, changes: dict[str, Any]) -> None:
    budget = create(product, product.organization())
    details: dict[str, Any] = {"amount": 1, "until": NOON + timedelta(days=1)}
    with product.write() as uow, pytest.raises(InvalidInput) as error:
        increase_budget(uow, budget.id, actor=SYSTEM, now=NOON, **(details | changes))
    assert error.value.field == field


def test_an_archived_budget_is_gone_and_cannot_be_changed(product: Product) -> None:
    owner = product.organization()
    budget = create(product, owner)
    with product.write() as uow:
        assert archive_budget(uow, budget.id, actor=SYSTEM, now=NOON)
        assert not archive_budget(uow, budget.id, actor=SYSTEM, now=NOON)
    assert read(product, owner) == []
    with product.write() as uow, pytest.raises(Conflict):
        change_budget(uow, budget.id, amount=5, actor=SYSTEM, now=NOON)


def test_budgets_for_what_does_not_exist_are_refused(product: Product) -> None:
    owner = product.organization()
    unknown: tuple[dict[str, Any], ...] = ({"feature": "teleport"}, {"scope": Scope.MEMBER, "scope_id": "mem_none"})
    for changes in unknown:
        with pytest.raises(NotFound):
            create(product, owner, **changes)
    with product.read() as uow, pytest.raises(NotFound):
        uow.budgets.budget("bud_none")
    assert read(product, owner) == []


def test_counters_are_answered_for_every_key_asked(product: Product) -> None:
    owner = product.organization()
    use(product, owner, "1", 3)
    budget = create(product, owner, every="total")
    keys = [BudgetKey(budget.id, WHOLE, FOR_EVER.start), BudgetKey(budget.id, "nobody", FOR_EVER.start)]
    with product.read() as uow:
        assert uow.budgets.counters(keys) == dict(zip(keys, (Counter(3, 0), Counter(0, 0)), strict=True))

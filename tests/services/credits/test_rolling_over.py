"""Plan credits that are left carry over into the next period, up to what the plan allows, and never more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.ledger import Account
from billing_core.domain.money import CREDITS
from billing_core.domain.write_offs import Ending
from billing_core.services.credits.grant_plan_credits import grant_plan_credits
from billing_core.services.organizations.subscribe import subscribe
from billing_core.services.plans.edit_draft import edit_draft
from billing_core.services.plans.publish_draft import publish_draft
from tests.builders import credits
from tests.product import NOON, SYSTEM, Product, a_product
from tests.services.credits.test_ending import balance, expire, grants, hold, use


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


MONTH_LATER = datetime(2026, 12, 20, 12, tzinfo=UTC)


def subscribed(product: Product, most: str) -> str:
    """On a plan with 500 credits a month of which so many carry over."""
    now = product.clock.now()
    with product.write() as uow:
        terms = replace(uow.catalog.version_in_force("starter", now).terms, rollover_max=credits(most))
        draft = edit_draft(uow, "starter", terms, seen_changed_at=None, now=now)
        publish_draft(uow, "starter", seen_changed_at=draft.changed_at, actor=SYSTEM, now=now)
    organization_id = product.organization("Carrying", "starter")
    give_plan_credits(product)
    return organization_id


def give_plan_credits(product: Product) -> None:
    with product.write() as uow:
        grant_plan_credits(uow, product.clock.now())


def plan_credits(product: Product, owner: str) -> list[tuple[str, int]]:
    """Those that can be used now."""
    now = product.clock.now()
    open_grants = (state for state in grants(product, owner) if state.is_open(now))
    return sorted((state.grant.name, state.free_nanos // 10**9) for state in open_grants)


@pytest.mark.parametrize("is_given_first", [True, False])
def test_plan_credits_that_are_left_carry_over_up_to_the_cap(product: Product, is_given_first: bool) -> None:
    owner = subscribed(product, "250")
    use(product, owner, 10)
    product.clock.set(MONTH_LATER)
    if is_given_first:
        give_plan_credits(product)
    assert expire(product) == 1
    give_plan_credits(product)
    assert plan_credits(product, owner) == [("Plan credits", 500), ("Plan credits carried over", 250)]
    assert balance(product, owner, Account.CREDITS, CREDITS) == credits("-750")
    assert balance(product, owner, Account.CREDITS_EXPIRED, CREDITS) == credits("-400")
    with product.read() as uow:
        kinds = [(item.kind, item.amount) for item in uow.credits.write_offs(owner)]
    assert sorted(kinds) == [(Ending.EXPIRED, credits("150")), (Ending.ROLLED_OVER, credits("250"))]
    assert list(audit_books(product)) == []


def test_the_cap_holds_however_many_periods_are_carried_over(product: Product) -> None:
    owner = subscribed(product, "250")
    for days in (31, 62, 93):
        product.clock.set(NOON + timedelta(days=days))
        give_plan_credits(product)
        expire(product)
        assert plan_credits(product, owner) == [("Plan credits", 500), ("Plan credits carried over", 250)]
    assert list(audit_books(product)) == []


def test_after_a_long_pause_credits_are_carried_from_period_to_period(product: Product) -> None:
    owner = subscribed(product, "250")
    product.clock.set(NOON + timedelta(days=93))
    assert expire(product) == 3
    (state,) = [state for state in grants(product, owner) if state.remaining_nanos]
    assert (state.grant.granted, state.grant.expires_at) == (credits("250"), datetime(2027, 3, 20, 12, tzinfo=UTC))


def test_what_comes_back_from_a_hold_carries_over_while_there_is_room(product: Product) -> None:
    owner = subscribed(product, "250")
    hold(product, owner, "400")
    product.clock.set(MONTH_LATER)
    expire(product)
    assert plan_credits(product, owner) == [("Plan credits carried over", 100)]
    with product.database.write() as connection:
        connection.exec_driver_sql("UPDATE credit_grant SET held_nanos = 0")
        connection.exec_driver_sql("UPDATE wallet SET held_nanos = 0")
    expire(product)
    assert plan_credits(product, owner) == [("Plan credits carried over", 100), ("Plan credits carried over", 150)]


def test_without_the_plan_that_allowed_it_nothing_carries_over(product: Product) -> None:
    owner = subscribed(product, "250")
    product.clock.advance(days=3)
    with product.write() as uow:
        subscribe(uow, organization_id=owner, plan_code="free", actor=SYSTEM, now=product.clock.now())
    product.clock.set(MONTH_LATER)
    expire(product)
    assert plan_credits(product, owner) == []

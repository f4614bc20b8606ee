"""A plan's credits are given once a period, however often the plan is changed."""

from datetime import timedelta
from pathlib import Path

import pytest

from billing_core.domain.credits import Origin
from billing_core.services.credits.grant_plan_credits import grant_plan_credits
from billing_core.services.organizations.subscribe import subscribe
from tests.builders import an_event, credits
from tests.product import SYSTEM, Product, a_product


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return a_product(tmp_path)


def change_plan(product: Product, organization_id: str, *plans: str) -> None:
    for plan in plans:
        with product.write() as uow:
            subscribe(uow, organization_id=organization_id, plan_code=plan, actor=SYSTEM, now=product.clock.now())
            grant_plan_credits(uow, product.clock.now())
        product.clock.advance(minutes=1)


def given(product: Product, organization_id: str) -> list[int]:
    with product.read() as uow:
        grants = [state.grant for state in uow.credits.grants(organization_id)]
    return sorted(grant.granted_nanos for grant in grants if grant.origin is Origin.PLAN)


def test_changing_plans_back_and_forth_gives_the_credits_once(product: Product) -> None:
    organization_id = product.organization()
    change_plan(product, organization_id, "enterprise", "free", "enterprise", "free", "enterprise")
    assert given(product, organization_id) == [credits("10000").nanos]


def test_a_larger_plan_adds_the_difference_and_a_smaller_one_nothing(product: Product) -> None:
    organization_id = product.organization()
    change_plan(product, organization_id, "starter", "professional", "starter", "professional")
    assert given(product, organization_id) == [credits("500").nanos, credits("1500").nanos]


def test_the_next_period_gives_the_plans_credits_again(product: Product) -> None:
    organization_id = product.organization(plan="starter")
    for _ in range(3):
        with product.write() as uow:
            grant_plan_credits(uow, product.clock.now())
            grant_plan_credits(uow, product.clock.now())
        product.clock.advance(days=31)
    assert given(product, organization_id) == [credits("500").nanos] * 3


def test_credits_that_were_used_up_are_not_given_again_in_the_period(product: Product) -> None:
    organization_id = product.organization(plan="starter")
    with product.write() as uow:
        grant_plan_credits(uow, product.clock.now())
    product.charge(an_event(organization_id, "generate_content", units=50))
    product.clock.set(product.clock.now() + timedelta(days=1))
    with product.write() as uow:
        grant_plan_credits(uow, product.clock.now())
    assert given(product, organization_id) == [credits("500").nanos]

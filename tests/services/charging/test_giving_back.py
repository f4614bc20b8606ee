"""What is kept for calls to come, and what was given up, is not there twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.errors import HoldResolved
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.admission import Admission
from tests.builders import an_event, credits
from tests.product import Product, a_product
from tests.services.charging.lease_worker import AGENT


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    assert list(audit_books(product)) == []
    product.close()


@pytest.fixture
def admission(product: Product) -> Iterator[Admission]:
    admission = Admission(product.charges, product.clock, keeps_by_itself=False)
    yield admission
    admission.close()


def call(owner: str, event_id: str = "1") -> UsageEvent:
    return an_event(owner, AGENT, event_id)


def held(product: Product, owner: str) -> str:
    with product.read() as uow:
        return uow.credits.wallet(owner, "CREDITS").held.decimal_text


def test_what_is_kept_for_calls_to_come_is_given_back_when_it_is_asked_for(
    product: Product, admission: Admission
) -> None:
    owner, other = product.organization(credits="1000"), product.organization("Other", credits="1000")
    for organization_id in (owner, other):
        admission.record(admission.admit(call(organization_id)))
    assert admission.give_back(owner)
    assert held(product, owner) == "0.00"
    assert held(product, other) != "0.00"
    assert not admission.give_back(owner)
    waiting = admission.admit(call(owner, "2"))
    assert not admission.give_back(owner)
    assert admission.record(waiting).credits == credits("2")
    assert admission.give_back(owner)


def test_a_call_given_up_before_gets_no_second_hold_of_its_own(product: Product, admission: Admission) -> None:
    owner = product.organization(credits="4")
    admission.cancel(admission.admit(call(owner)))
    with pytest.raises(HoldResolved) as refusal:
        admission.admit(call(owner))
    assert refusal.value.details["state"] == "released"
    settled = admission.admit(call(owner, "2"))
    receipt = admission.record(settled)
    assert admission.record(admission.admit(call(owner, "2"))).id == receipt.id

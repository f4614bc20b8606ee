"""Changing plans: the version held, the anchor kept, one subscription at a time."""

from pathlib import Path

import pytest

from billing_core.domain.errors import BillingError, Conflict, InvalidInput, NotFound
from billing_core.domain.plans import Interval, Subscription
from billing_core.services.organizations.subscribe import subscribe
from tests.identity_house import ADMIN, House, a_house, plan_terms


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


def change(
    house: House, organization_id: str, plan: str, interval: Interval = "month", seats: int | None = None
) -> Subscription:
    with house.write() as uow:
        return subscribe(
            uow,
            organization_id=organization_id,
            plan_code=plan,
            interval=interval,
            seats=seats,
            actor=ADMIN,
            now=house.clock.now(),
        )


def history(house: House, organization_id: str) -> list[Subscription]:
    with house.read() as uow:
        return list(uow.subscriptions.history([organization_id])[organization_id])


def test_a_new_plan_starts_where_the_old_one_ends_and_keeps_the_anchor(house: House):
    north = house.organization()
    opened_at = house.clock.now()
    house.clock.advance(days=10)
    change(house, north.id, "starter", "year")
    before, after = history(house, north.id)
    assert before.ended_at == after.started_at == house.clock.now()
    assert after.ended_at is None
    assert before.anchor_at == after.anchor_at == opened_at
    assert (after.plan_version.plan_code, after.interval, after.seats) == ("starter", "year", 1)


def test_a_subscriber_keeps_the_version_they_have_when_a_new_one_is_published(house: House):
    north, south = house.organization("North"), house.organization("South")
    change(house, north.id, "starter")
    house.clock.advance(days=1)
    house.add_plan("starter", plan_terms("39"), number=2)
    change(house, south.id, "starter")
    assert [item.plan_version.number for item in history(house, north.id)] == [1, 1]
    assert history(house, south.id)[-1].plan_version.number == 2
    change(house, north.id, "starter")
    assert history(house, north.id)[-1].plan_version.number == 2


def test_seats_are_those_included_until_more_are_bought(house: House):
    north = house.organization()
    assert change(house, north.id, "team").seats == 5
    assert change(house, north.id, "team", seats=12).seats == 12


@pytest.mark.parametrize(
    ("plan", "interval", "seats", "kind", "field"),
    [
        ("free", "month", None, Conflict, "plan"),
        ("free", "year", None, InvalidInput, "interval"),
        ("starter", "month", 2, InvalidInput, "seats"),
        ("team", "month", 4, InvalidInput, "seats"),
        ("team", "month", -1, InvalidInput, "seats"),
        ("gold", "month", None, NotFound, "plan"),
    ],
)
def test_what_a_plan_is_not_sold_by_is_refused_and_the_old_one_goes_on(
    house: House, plan: str, interval: Interval, seats: int | None, kind: type[BillingError], field: str
):
    north = house.organization()
    with pytest.raises(kind) as refused:
        change(house, north.id, plan, interval, seats)
    assert refused.value.field == field
    (running,) = history(house, north.id)
    assert (running.plan_version.plan_code, running.ended_at) == ("free", None)


def test_a_plan_in_another_currency_is_refused_with_both_named(house: House):
    house.add_plan("euro", plan_terms("29", currency="EUR"))
    north = house.organization()
    with pytest.raises(InvalidInput, match=r"EUR.*USD"):
        change(house, north.id, "euro")


def test_a_subscription_cannot_begin_before_the_one_it_replaces(house: House):
    north = house.organization()
    house.add_plan("early", plan_terms("5"))
    house.clock.advance(days=2)
    change(house, north.id, "starter")
    house.clock.advance(days=-1)
    with pytest.raises(InvalidInput, match="cannot begin before"):
        change(house, north.id, "early")


def test_an_unknown_organization_is_not_found(house: House):
    with pytest.raises(NotFound) as refused:
        change(house, "org_nowhere", "starter")
    assert refused.value.field == "organization"


def test_the_audit_trail_holds_the_plan_before_and_after(house: House):
    north = house.organization()
    changed = change(house, north.id, "starter")
    with house.read() as uow:
        (record,) = uow.audit.records_of("subscription", changed.id)
    assert record.before == {"plan": "free", "version": 1, "interval": "month", "seats": 1, "discount": None}
    assert record.after == {"plan": "starter", "version": 1, "interval": "month", "seats": 1, "discount": None}

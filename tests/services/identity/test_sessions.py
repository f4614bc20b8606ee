"""Sessions: what a token opens, and when it opens nothing any more."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from billing_core.adapters.database.schema.identity import person, session
from billing_core.adapters.database.schema.organizations import member
from billing_core.domain.identity import MemberRole, Permission, Scope, StaffRole, Viewer, secret_hash
from billing_core.services.identity.sign_out import sign_out
from billing_core.services.identity.view_session import viewer_of
from tests.identity_house import House, a_house


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    house.staff("ada@example.com", StaffRole.ADMIN)
    return house


def view(house: House, token: str | None) -> Viewer | None:
    return viewer_of(house, token, house.clock.now())


def end(house: House, token: str) -> None:
    with house.write() as uow:
        sign_out(uow, token, address="203.0.113.7", now=house.clock.now())


def test_a_token_shows_its_person_with_role_and_scope(house: House):
    north = house.organization("Northwind AI", time_zone="Europe/Berlin")
    house.member(north, "olga@example.com", MemberRole.BILLING)
    viewer = view(house, house.sign_in("olga@example.com"))
    assert viewer
    assert (viewer.name, viewer.role_label, viewer.time_zone.key) == ("Olga", "Billing", "Europe/Berlin")
    assert viewer.scope == Scope(frozenset({north.id}))
    assert [item.organization_name for item in viewer.memberships] == ["Northwind AI"]


@pytest.mark.parametrize(
    "token", [None, "", "forged", "' OR 1=1 --", "Svd4fmEM5jWlSyCe8HYdRQvIsr6WlMyQJJjq0PahXs4", "\ud800", "x" * 100_000]
)
def test_a_forged_token_opens_nothing(house: House, token: str | None):
    house.sign_in("ada@example.com")
    assert view(house, token) is None


def test_the_stored_hash_of_a_token_is_not_itself_a_token(house: House):
    token = house.sign_in("ada@example.com")
    ((stored,),) = house.stored(select(session.c.token_hash))
    assert stored == secret_hash(token)
    assert view(house, stored) is None


def test_a_token_opens_nothing_after_sign_out_and_other_sessions_stay(house: House):
    token, other = house.sign_in("ada@example.com"), house.sign_in("ada@example.com")
    end(house, token)
    end(house, token)
    assert view(house, token) is None
    assert view(house, other)


def test_signing_out_is_recorded_once(house: House):
    token = house.sign_in("ada@example.com")
    end(house, token)
    end(house, token)
    end(house, "forged")
    with house.read() as uow:
        ada = uow.identity.person_by_email("ada@example.com")
        assert ada
        actions = [record.action for record in uow.audit.records_of("person", ada.id)]
    assert actions.count("person.signed_out") == 1


def test_an_idle_session_ends_after_an_hour_and_use_keeps_it_open(house: House):
    token = house.sign_in("ada@example.com")
    for _ in range(3):
        house.clock.advance(minutes=59)
        assert view(house, token)
    house.clock.advance(minutes=60)
    assert view(house, token) is None


def test_no_use_keeps_a_session_open_beyond_twelve_hours(house: House):
    token = house.sign_in("ada@example.com")
    for _ in range(23):
        house.clock.advance(minutes=30)
        assert view(house, token)
    house.clock.advance(minutes=30)
    assert view(house, token) is None


def test_an_ended_session_cannot_be_revived_by_looking_at_it(house: House):
    token = house.sign_in("ada@example.com")
    house.clock.advance(minutes=61)
    assert view(house, token) is None
    house.clock.advance(minutes=-30)
    assert view(house, token)
    house.clock.advance(minutes=45)
    assert view(house, token)


def test_being_seen_is_written_at_most_once_a_minute(house: House):
    token = house.sign_in("ada@example.com")
    started = house.clock.now()

    def seen():
        return house.stored(select(session.c.seen_at))[0].seen_at

    house.clock.advance(seconds=59)
    view(house, token)
    assert seen() == started
    house.clock.advance(seconds=1)
    view(house, token)
    assert seen() == house.clock.now()


def test_what_a_viewer_may_see_changes_with_the_database_not_with_the_next_sign_in(house: House):
    north, south = house.organization("North"), house.organization("South")
    olga = house.member(north, "olga@example.com", MemberRole.OWNER)
    token = house.sign_in("olga@example.com")
    house.tamper(update(member).values(role="member", organization_id=south.id))
    viewer = view(house, token)
    assert viewer
    assert viewer.scope == Scope(frozenset({south.id}))
    assert Permission.BUY_CREDITS not in viewer.permissions
    house.tamper(delete(member), update(person).where(person.c.id == olga.id).values(staff_role="analyst"))
    viewer = view(house, token)
    assert viewer
    assert viewer.scope == Scope(None)
    assert viewer.role_label == "Analyst"

"""Organizations from the first day: name, plan, wallets, bonus, departments and members."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from billing_core.adapters.database.schema.identity import audit_record
from billing_core.adapters.database.schema.organizations import organization, subscription
from billing_core.domain.errors import BillingError, Conflict, InvalidInput, NotFound
from billing_core.domain.identity import MemberRole
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.organizations import Organization
from billing_core.services.identity.view_session import viewer_of
from billing_core.services.organizations.create_department import create_department
from billing_core.services.organizations.create_member import NewMember, create_member
from billing_core.services.organizations.create_organization import create_organization
from billing_core.services.organizations.find_organization import find_organization
from billing_core.services.organizations.open_organization import open_organization
from tests.identity_house import ADMIN, PASSWORD, House, a_house


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


def add_member(house: House, north: Organization, email: str = "olga@example.com", **more: Any) -> NewMember:
    details: dict[str, Any] = {"name": "Olga", "role": MemberRole.OWNER} | more
    with house.write() as uow:
        return create_member(
            uow, house.passwords, organization_id=north.id, email=email, actor=ADMIN, now=house.clock.now(), **details
        )


def test_a_new_organization_is_on_the_free_plan_with_its_periods_counted_from_now(house: House):
    north = house.organization()
    with house.read() as uow:
        (running,) = uow.subscriptions.history([north.id])[north.id]
    assert (running.plan_version.plan_code, running.plan_version.number, running.interval) == ("free", 1, "month")
    assert running.anchor_at == running.started_at == house.clock.now()
    assert running.ended_at is None


def test_opening_gives_wallets_and_the_sign_up_bonus_with_its_expiry(house: House):
    with house.write() as uow:
        north = open_organization(
            uow,
            name="North",
            sign_up_credits=Money.parse("100", CREDITS),
            sign_up_valid_days=90,
            actor=ADMIN,
            now=house.clock.now(),
        )
    with house.read() as uow:
        assert uow.credits.wallet(north.id, CREDITS).posted == Money.parse("100", CREDITS)
        assert uow.credits.wallet(north.id, "USD").posted == Money.zero("USD")
        (state,) = uow.credits.grants(north.id)
    assert state.grant.name == "Sign-up bonus"
    assert state.grant.cost == Money.zero("USD")
    assert state.grant.expires_at == house.clock.now() + timedelta(days=90)


def test_without_a_bonus_no_grant_is_written(house: House):
    north = house.organization(credits="0")
    with house.read() as uow:
        assert list(uow.credits.grants(north.id)) == []


def test_a_taken_name_is_named_and_leaves_no_trace_of_the_second_organization(house: House):
    house.organization("Northwind AI")
    with pytest.raises(Conflict, match="Northwind AI") as refused:
        house.organization(" Northwind AI ")
    assert refused.value.field == "name"
    assert [len(house.stored(select(table))) for table in (organization, subscription)] == [1, 1]


@pytest.mark.parametrize(
    ("wrong", "kind", "field"),
    [
        ({"name": " "}, InvalidInput, "name"),
        ({"name": "a\u202eb"}, InvalidInput, "name"),
        ({"currency": "usd"}, InvalidInput, "currency"),
        ({"currency": "CREDITS"}, InvalidInput, "currency"),
        ({"currency": "EUR"}, InvalidInput, "plan"),
        ({"time_zone": "Berlin"}, InvalidInput, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, InvalidInput, "time_zone"),
        ({"plan_code": "premium"}, NotFound, "plan"),
        ({"plan_code": "'; DROP TABLE plan; --"}, NotFound, "plan"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(
    house: House, wrong: dict[str, str], kind: type[BillingError], field: str
):
    details: dict[str, Any] = {"name": "North", "actor": ADMIN, "now": house.clock.now()} | wrong
    with pytest.raises(kind) as refused, house.write() as uow:
        create_organization(uow, **details)
    assert refused.value.field == field
    assert not house.stored(select(organization))
    assert not house.stored(select(audit_record))


def test_markup_and_sql_in_a_name_are_only_letters(house: House):
    names = ["<script>alert(1)</script>", "Robert'); DROP TABLE organization;--", "50% & more"]
    for name in names:
        house.organization(name)
    with house.read() as uow:
        assert [item.name for item in uow.organizations.organizations()] == sorted(names)


def test_an_organization_is_found_by_name_and_by_id_and_otherwise_not(house: House):
    north = house.organization("Northwind AI")
    with house.read() as uow:
        assert find_organization(uow.organizations, "Northwind AI") == north
        assert find_organization(uow.organizations, north.id) == north
        with pytest.raises(NotFound, match="Contoso") as refused:
            find_organization(uow.organizations, "Contoso")
    assert refused.value.field == "organization"


def test_a_department_belongs_to_one_organization_and_has_its_name_there_alone(house: House):
    north, south = house.organization("North"), house.organization("South")
    now = house.clock.now()
    for owner in (north, south):
        with house.write() as uow:
            create_department(uow, organization_id=owner.id, name="Support", actor=ADMIN, now=now)
    with pytest.raises(Conflict, match="Support"), house.write() as uow:
        create_department(uow, organization_id=north.id, name="Support", actor=ADMIN, now=now)
    with pytest.raises(NotFound), house.write() as uow:
        create_department(uow, organization_id="org_nowhere", name="Support", actor=ADMIN, now=now)


def test_a_member_signs_in_with_the_generated_password_and_sees_their_organization(house: House):
    north = house.organization("North")
    added = add_member(house, north, role=MemberRole.BILLING)
    assert added.generated_password
    assert added.generated_password not in repr(added)
    viewer = viewer_of(house, house.sign_in("olga@example.com", added.generated_password), house.clock.now())
    assert viewer
    assert [(item.organization_id, item.role) for item in viewer.memberships] == [(north.id, MemberRole.BILLING)]


def test_someone_known_joins_a_second_organization_with_the_name_and_password_they_have(house: House):
    north, south = house.organization("North"), house.organization("South")
    add_member(house, north, password=PASSWORD)
    joined = add_member(house, south, " OLGA@example.com", name="Somebody else", role=MemberRole.MEMBER)
    assert (joined.person.name, joined.generated_password) == ("Olga", None)
    viewer = viewer_of(house, house.sign_in("olga@example.com"), house.clock.now())
    assert viewer
    assert {item.organization_name: item.role.value for item in viewer.memberships} == {
        "North": "owner",
        "South": "member",
    }


def test_nobody_is_a_member_twice_and_no_known_password_is_overwritten(house: House):
    north, south = house.organization("North"), house.organization("South")
    add_member(house, north, password=PASSWORD)
    with pytest.raises(Conflict, match="already"):
        add_member(house, north, role=MemberRole.MEMBER)
    with pytest.raises(Conflict) as refused:
        add_member(house, south, password="another password")
    assert refused.value.field == "password"
    assert house.sign_in("olga@example.com")


def test_a_department_of_another_organization_is_refused_as_unknown(house: House):
    north, south = house.organization("North"), house.organization("South")
    with house.write() as uow:
        theirs = create_department(uow, organization_id=south.id, name="Support", actor=ADMIN, now=house.clock.now())
    with pytest.raises(NotFound) as refused:
        add_member(house, north, department_id=theirs.id)
    assert refused.value.field == "department"
    with house.read() as uow:
        assert uow.identity.person_by_email("olga@example.com") is None


def test_every_change_is_in_the_audit_trail_with_who_from_where_and_after(house: House):
    north = house.organization("North")
    added = add_member(house, north, password=PASSWORD)
    with house.read() as uow:
        (opened,) = uow.audit.records_of("organization", north.id)
        (joined,) = uow.audit.records_of("member", added.member.id)
    assert (opened.action, opened.actor, opened.organization_id) == ("organization.created", ADMIN, north.id)
    assert opened.after == {"name": "North", "currency": "USD", "time_zone": "UTC", "is_demo": False}
    assert joined.after == {"email": "olga@example.com", "role": "owner", "department_id": None}
    everything = str(house.stored(select(audit_record)))
    assert PASSWORD not in everything
    assert "argon2" not in everything

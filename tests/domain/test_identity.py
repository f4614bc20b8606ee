"""Roles and permissions as one table, and what a viewer sees and may do."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from billing_core.domain.errors import InvalidInput, NotAllowed, NotFound
from billing_core.domain.identity import (
    NAME_LENGTH_MAX,
    PERMISSIONS,
    ROLE_LABELS,
    MemberRole,
    Membership,
    Permission,
    Person,
    Scope,
    StaffRole,
    Viewer,
    checked_email,
    checked_name,
    viewer_of_person,
    who_can_grant,
)

# Who may what, written out a second time: a permission added or moved in one place only fails here.
MATRIX = """
                         admin  analyst  owner  billing  member
read_all_organizations   yes    yes      -      -        -
manage_organizations     yes    -        -      -        -
read_usage               yes    yes      yes    yes      yes
read_provider_cost       yes    yes      -      -        -
read_alerts              yes    yes      yes    yes      yes
acknowledge_alerts       yes    -        yes    yes      -
edit_alert_rules         yes    -        yes    yes      -
read_plans               yes    yes      yes    yes      yes
edit_plans               yes    -        -      -        -
subscribe                yes    -        yes    -        -
read_credits             yes    yes      yes    yes      yes
buy_credits              yes    -        yes    yes      -
grant_credits            yes    -        -      -        -
charge_usage             yes    -        -      -        -
read_members             yes    yes      yes    yes      -
edit_members             yes    -        yes    -        -
edit_budgets             yes    -        yes    yes      -
edit_api_keys            yes    -        yes    -        -
edit_provider_prices     yes    -        -      -        -
"""


def granted() -> dict[tuple[str, str], bool]:
    head, *rows = [line.split() for line in MATRIX.strip().splitlines()]
    return {(role, row[0]): cell == "yes" for row in rows for role, cell in zip(head, row[1:], strict=True)}


def a_viewer(staff_role: StaffRole | None = None, **roles: MemberRole) -> Viewer:
    person = Person("per_1", "dana@example.com", "Dana Ruiz", staff_role, datetime(2026, 1, 1, tzinfo=UTC))
    zone = ZoneInfo("Europe/Berlin")
    return viewer_of_person(person, tuple(Membership(id_, id_.title(), role, zone) for id_, role in roles.items()))


def test_every_role_and_permission_stands_in_the_matrix_and_nothing_else_does():
    everything = {(role.value, permission.value) for role in PERMISSIONS for permission in Permission}
    assert set(granted()) == everything
    assert set(PERMISSIONS) == set(ROLE_LABELS) == {*StaffRole, *MemberRole}


@pytest.mark.parametrize("role", PERMISSIONS, ids=str)
@pytest.mark.parametrize("permission", Permission, ids=str)
def test_a_role_holds_exactly_the_permissions_of_the_matrix(role: StaffRole | MemberRole, permission: Permission):
    assert (permission in PERMISSIONS[role]) is granted()[role.value, permission.value]


def test_members_never_see_provider_cost_and_the_analyst_changes_nothing():
    assert all(Permission.READ_PROVIDER_COST not in PERMISSIONS[role] for role in MemberRole)
    assert all(permission.value.startswith("read_") for permission in PERMISSIONS[StaffRole.ANALYST])


@pytest.mark.parametrize("permission", Permission, ids=str)
def test_whoever_lacks_a_permission_is_told_a_role_that_has_it(permission: Permission):
    sentence = who_can_grant(permission)
    holders = [label for role, label in ROLE_LABELS.items() if permission in PERMISSIONS[role]]
    assert any(label in sentence for label in holders)
    assert "administrator can give it" in sentence


def test_staff_see_every_organization_and_members_only_their_own():
    assert a_viewer(StaffRole.ANALYST).scope == Scope(None)
    assert a_viewer(north=MemberRole.OWNER).scope == Scope(frozenset({"north"}))
    assert a_viewer().scope == Scope(frozenset())


def test_a_foreign_organization_is_answered_exactly_as_one_that_does_not_exist():
    scope = a_viewer(north=MemberRole.OWNER).scope
    with pytest.raises(NotFound) as foreign:
        scope.narrowed("south")
    with pytest.raises(NotFound) as absent:
        scope.narrowed("no such thing")
    assert foreign.value.message.replace("south", "no such thing") == absent.value.message
    assert foreign.value.field == "organization"


def test_narrowing_a_scope_keeps_one_organization_and_never_widens_it():
    everything = Scope(None)
    assert everything.narrowed(None) is everything
    assert everything.narrowed("north") == Scope(frozenset({"north"}))
    assert Scope(frozenset({"north", "south"})).narrowed("south") == Scope(frozenset({"south"}))


def test_a_permission_held_in_one_organization_does_not_reach_into_another():
    viewer = a_viewer(north=MemberRole.OWNER, south=MemberRole.MEMBER)
    assert Permission.BUY_CREDITS in viewer.permissions
    assert viewer.scope_of(Permission.BUY_CREDITS) == Scope(frozenset({"north"}))
    assert viewer.narrowed_to(Permission.BUY_CREDITS).scope == Scope(frozenset({"north"}))
    viewer.authorize(Permission.BUY_CREDITS, "north")
    with pytest.raises(NotAllowed) as refused:
        viewer.authorize(Permission.BUY_CREDITS, "south")
    assert refused.value.details == {"permission": "buy_credits"}
    with pytest.raises(NotFound):
        viewer.authorize(Permission.BUY_CREDITS, "east")


def test_a_narrowed_viewer_cannot_be_widened_by_narrowing_again():
    viewer = a_viewer(north=MemberRole.OWNER, south=MemberRole.MEMBER).narrowed_to(Permission.BUY_CREDITS)
    assert viewer.narrowed_to(Permission.READ_USAGE).scope == Scope(frozenset({"north"}))


def test_an_analyst_who_owns_an_organization_buys_credits_for_that_one_only():
    viewer = a_viewer(StaffRole.ANALYST, north=MemberRole.OWNER)
    viewer.authorize(Permission.READ_CREDITS, "south")
    viewer.authorize(Permission.BUY_CREDITS, "north")
    with pytest.raises(NotAllowed):
        viewer.authorize(Permission.BUY_CREDITS, "south")


def test_without_an_organization_a_permission_held_nowhere_is_refused():
    a_viewer(StaffRole.ADMIN).authorize(Permission.EDIT_PLANS)
    with pytest.raises(NotAllowed, match="Administrator"):
        a_viewer(north=MemberRole.OWNER).authorize(Permission.EDIT_PLANS)


def test_the_label_and_the_time_zone_are_those_of_the_role_that_decides():
    assert (a_viewer(StaffRole.ADMIN, north=MemberRole.MEMBER).role_label) == "Administrator"
    assert a_viewer(StaffRole.ADMIN, north=MemberRole.MEMBER).time_zone == ZoneInfo("UTC")
    assert a_viewer(north=MemberRole.BILLING).role_label == "Billing"
    assert a_viewer(north=MemberRole.BILLING).time_zone == ZoneInfo("Europe/Berlin")
    assert a_viewer().role_label == "No organization"


def test_an_email_address_is_compared_without_case_and_blanks():
    assert checked_email("  Dana.Ruiz@Example.COM ") == "dana.ruiz@example.com"


@pytest.mark.parametrize(
    "text",
    ["", "dana", "@example.com", "dana@", "a@b@c", "a b@example.com", "a@b\x00.com", "a@.com", "a" * 250 + "@b.de"],
)
def test_a_malformed_email_address_is_refused_by_field(text: str):
    with pytest.raises(InvalidInput) as refused:
        checked_email(text)
    assert refused.value.field == "email"


def test_a_name_keeps_its_markup_quotes_and_letters_as_they_were_written():
    for name in ("<b>Acme</b> & Söhne", "Robert'); DROP TABLE organization;--", "株式会社", "O’Neil"):
        assert checked_name(f"  {name} ") == name
    assert checked_name("Zoe\u0308") == "Zo\u00eb"


@pytest.mark.parametrize(
    "text", ["", "   ", "a" * (NAME_LENGTH_MAX + 1), "a\nb", "a\x00b", "abc\u202edcb", "zero\u200bwidth"]
)
def test_an_empty_endless_or_invisible_name_is_refused_by_field(text: str):
    with pytest.raises(InvalidInput) as refused:
        checked_name(text, field="organization")
    assert refused.value.field == "organization"

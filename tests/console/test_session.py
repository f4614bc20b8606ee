"""The guard of every page and the choice of organization, run as Streamlit runs them."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from sqlalchemy import delete
from streamlit.testing.v1 import AppTest

from billing_core.adapters.database.schema.organizations import member
from billing_core.console import session
from billing_core.domain.identity import MemberRole, Permission, StaffRole
from billing_core.services.identity.ports import SESSION_COOKIE
from billing_core.services.identity.sign_out import sign_out
from billing_core.services.organizations.create_member import create_member
from tests.identity_house import ADMIN, House, a_house


def screen() -> None:
    """A frame and a page in one: what `pages/shell.py` and a page do."""
    import streamlit as st

    from billing_core.console.session import (
        actor_of,
        organization_switcher,
        require,
        selected_organization,
        selected_time_zone,
    )
    from billing_core.domain.identity import Permission

    organization_switcher(require(Permission.READ_USAGE))
    viewer = require(*(Permission(name) for name in st.session_state["asked"]))
    shown = selected_organization(viewer)
    st.text(f"{viewer.name} sees {shown or 'everything'} in {selected_time_zone(viewer).key} as {actor_of(viewer).id}")


class Screen:
    """A browser tab on that screen."""

    def __init__(self, house: House, patch: pytest.MonkeyPatch) -> None:
        self.token: str | None = None
        patch.setattr(session, "application", lambda: house)
        patch.setattr(session, "token_source", lambda: self.token)
        self.test = AppTest.from_function(screen, default_timeout=30)

    def open(self, *asked: Permission, **address: str) -> "Screen":
        self.test.session_state["asked"] = [permission.value for permission in asked or (Permission.READ_USAGE,)]
        for key, value in address.items():
            self.test.query_params[key] = value
        self.test.run()
        assert not self.test.exception
        return self

    @property
    def text(self) -> str:
        return "".join(element.value for element in self.test.text)

    @property
    def notice(self) -> str:
        return "".join(element.proto.body for element in self.test.get("html"))

    @property
    def choices(self) -> list[str]:
        return [option for box in self.test.selectbox for option in box.options]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


@pytest.fixture
def tab(house: House, monkeypatch: pytest.MonkeyPatch) -> Screen:
    return Screen(house, monkeypatch)


def test_a_member_sees_the_page_with_their_organization_chosen(house: House, tab: Screen):
    north = house.organization("North", time_zone="Europe/Berlin")
    olga = house.member(north, "olga@example.com")
    tab.token = house.sign_in("olga@example.com")
    tab.open()
    assert tab.text == f"Olga sees {north.id} in Europe/Berlin as {olga.id}"
    assert tab.choices == ["North"]
    assert not tab.notice


@pytest.mark.parametrize("token", [None, "forged"])
def test_without_a_session_the_page_says_so_links_to_sign_in_and_draws_nothing(tab: Screen, token: str | None):
    tab.token = token
    tab.open()
    assert "Your session has ended" in tab.notice
    assert 'href="/login?next=/"' in tab.notice
    assert 'target="_self"' in tab.notice
    assert not tab.text
    assert not tab.choices


def test_a_session_that_ends_while_the_page_is_open_shows_nothing_more_at_the_next_click(house: House, tab: Screen):
    house.staff("ada@example.com", StaffRole.ADMIN)
    tab.token = house.sign_in("ada@example.com")
    assert tab.open().text
    with house.write() as uow:
        sign_out(uow, tab.token, address="", now=house.clock.now())
    assert not tab.open().text
    assert "Your session has ended" in tab.notice


def test_a_missing_permission_is_named_with_who_can_grant_it_and_the_page_stops(house: House, tab: Screen):
    house.member(house.organization("North"), "mia@example.com", MemberRole.MEMBER)
    tab.token = house.sign_in("mia@example.com")
    tab.open(Permission.READ_CREDITS, Permission.BUY_CREDITS)
    assert "You do not have access to this" in tab.notice
    assert "Owner or Billing" in tab.notice
    assert not tab.text
    tab.open(Permission.READ_PROVIDER_COST)
    assert "Administrator or Analyst" in tab.notice
    assert not tab.text


def test_staff_choose_among_all_organizations_and_days_follow_the_one_chosen(house: House, tab: Screen):
    house.organization("North", time_zone="Asia/Tokyo")
    south = house.organization("South", time_zone="Europe/Berlin")
    ada = house.staff("ada@example.com", StaffRole.ANALYST)
    tab.token = house.sign_in("ada@example.com")
    assert tab.open().text == f"Ada sees everything in UTC as {ada.id}"
    assert tab.choices == ["All organizations", "North", "South"]
    tab.test.selectbox(key="org").select(south.id)
    assert tab.open().text == f"Ada sees {south.id} in Europe/Berlin as {ada.id}"


def test_the_organization_in_the_address_is_chosen(house: House, tab: Screen):
    house.organization("North")
    south = house.organization("South & Sons <GmbH>")
    house.staff("ada@example.com", StaffRole.ANALYST)
    tab.token = house.sign_in("ada@example.com")
    assert south.id in tab.open(org="South & Sons <GmbH>").text


@pytest.mark.parametrize("guess", ["South", "Nowhere", "org_", "", "<script>alert(1)</script>", "All organizations"])
def test_a_guessed_organization_is_refused_and_not_replaced_by_another(house: House, tab: Screen, guess: str):
    north = house.organization("North")
    house.organization("South")
    house.member(north, "olga@example.com")
    tab.token = house.sign_in("olga@example.com")
    tab.open(org=guess)
    assert "There is no such organization for you" in tab.notice
    assert "South" not in tab.notice
    assert "<script" not in tab.notice
    assert not tab.text
    assert not tab.choices


def test_staff_who_misspell_an_organization_are_told_so_rather_than_shown_all(house: House, tab: Screen):
    house.organization("North")
    house.staff("ada@example.com", StaffRole.ANALYST)
    tab.token = house.sign_in("ada@example.com")
    assert tab.open(org="All organizations").text.startswith("Ada sees everything")
    assert not tab.open(org="Nroth").text
    assert "There is no such organization for you" in tab.notice


def test_a_guessed_id_in_the_address_is_refused_like_a_name(house: House, tab: Screen):
    north, south = house.organization("North"), house.organization("South")
    house.member(north, "olga@example.com")
    tab.token = house.sign_in("olga@example.com")
    assert not tab.open(org=south.id).text
    assert "There is no such organization for you" in tab.notice


def test_an_organization_planted_in_the_session_state_is_refused_by_the_guard_itself(house: House, tab: Screen):
    north, south = house.organization("North"), house.organization("South")
    house.member(north, "olga@example.com")
    tab.token = house.sign_in("olga@example.com")

    def page_without_frame() -> None:
        import streamlit as st

        from billing_core.console.session import require
        from billing_core.domain.identity import Permission

        st.text(require(Permission.READ_USAGE).name)

    tab.test = AppTest.from_function(page_without_frame, default_timeout=30)
    tab.test.session_state["org"] = south.id
    assert not tab.open().text
    assert "There is no such organization for you" in tab.notice


def test_a_permission_of_one_organization_does_not_open_the_page_of_another(house: House, tab: Screen):
    north, south = house.organization("North"), house.organization("South")
    house.member(north, "olga@example.com", MemberRole.OWNER)
    with house.write() as uow:
        create_member(
            uow,
            house.passwords,
            organization_id=south.id,
            email="olga@example.com",
            name="Olga",
            role=MemberRole.MEMBER,
            actor=ADMIN,
            now=house.clock.now(),
        )
    tab.token = house.sign_in("olga@example.com")
    assert north.id in tab.open(Permission.BUY_CREDITS).text
    tab.test.selectbox(key="org").select(south.id)
    assert not tab.open(Permission.BUY_CREDITS).text
    assert "Owner or Billing" in tab.notice
    assert south.id in tab.open(Permission.READ_CREDITS).text


def test_an_organization_called_like_the_choice_of_all_is_not_shown_in_its_place(house: House, tab: Screen):
    odd = house.organization("All organizations")
    ada = house.staff("ada@example.com", StaffRole.ANALYST)
    tab.token = house.sign_in("ada@example.com")
    assert tab.open().text == f"Ada sees everything in UTC as {ada.id}"
    assert tab.open().text == f"Ada sees everything in UTC as {ada.id}"
    tab.test.selectbox(key="org").select(odd.id)
    assert odd.id in tab.open().text
    assert tab.choices == ["All organizations", f"All organizations ({odd.id})"]
    assert odd.id in tab.open(org=f"All organizations ({odd.id})").text


def test_someone_without_any_organization_sees_that_they_have_no_access(house: House, tab: Screen):
    house.member(house.organization("North"), "olga@example.com")
    tab.token = house.sign_in("olga@example.com")
    house.tamper(delete(member))
    tab.open()
    assert "You do not have access to this" in tab.notice
    assert not tab.choices
    assert not tab.text


def test_outside_of_tests_the_token_comes_from_the_cookie_and_nowhere_else(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(st, "context", SimpleNamespace(cookies={SESSION_COOKIE: "from the cookie"}))
    monkeypatch.setitem(st.session_state, "session_token", "planted")
    assert session.token_source() == "from the cookie"

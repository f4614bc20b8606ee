"""Pages that stay open after their viewer signed out, lost an organization, or left the browser to somebody else."""

from pathlib import Path

import pytest
from sqlalchemy import delete
from streamlit.testing.v1 import AppTest

from billing_core.adapters.database.schema.organizations import member
from billing_core.console import session
from billing_core.domain.errors import NotAllowed
from billing_core.domain.identity import StaffRole
from billing_core.services.identity.sign_out import sign_out
from tests.console.test_session import Screen
from tests.identity_house import House, a_house


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


@pytest.fixture
def tab(house: House, monkeypatch: pytest.MonkeyPatch) -> Screen:
    return Screen(house, monkeypatch)


def screen_with_card() -> None:
    """A page whose card Streamlit runs alone after a click in it: without the frame and without `require`."""
    import streamlit as st

    from billing_core.console.session import guarded_fragment, require
    from billing_core.domain.identity import Permission

    @guarded_fragment
    def card(name: str) -> None:
        st.text(f"The figures of {name}")

    is_alone = st.session_state.pop("is_alone", False)
    if not is_alone:
        st.session_state["name"] = require(Permission.READ_USAGE).name
    card(st.session_state["name"])


@pytest.fixture
def card(house: House, tab: Screen) -> Screen:
    """The page with the card, opened by Olga of North."""
    house.member(house.organization("North"), "olga@example.com")
    tab.token = house.sign_in("olga@example.com")
    tab.test = AppTest.from_function(screen_with_card, default_timeout=30)
    assert tab.open().text == "The figures of Olga"
    tab.test.session_state["is_alone"] = True
    return tab


def test_a_card_that_runs_alone_is_drawn_while_its_viewer_is_who_they_were(card: Screen):
    assert card.open().text == "The figures of Olga"
    assert not card.notice


def test_a_card_that_runs_alone_shows_nothing_after_its_viewer_signed_out(house: House, card: Screen):
    with house.write() as uow:
        sign_out(uow, card.token or "", address="", now=house.clock.now())
    assert not card.open().text
    assert "Your session has ended" in card.notice


def test_a_card_that_runs_alone_shows_nothing_after_its_viewer_lost_the_organization(house: House, card: Screen):
    house.tamper(delete(member))
    assert not card.open().text
    assert "You do not have access to this" in card.notice


def test_a_card_left_open_shows_nothing_of_its_viewer_to_the_next_person_at_the_browser(house: House, card: Screen):
    house.member(house.organization("South"), "sue@example.com")
    card.token = house.sign_in("sue@example.com")
    assert card.open().text == "The figures of Sue"


def test_a_file_is_made_for_the_one_who_was_offered_it_and_not_after_they_signed_out(house: House, tab: Screen):
    house.staff("ada@example.com", StaffRole.ADMIN)
    house.member(house.organization("North"), "olga@example.com")
    ada = tab.token = house.sign_in("ada@example.com")
    made = session.for_this_viewer(lambda: b"figures of everybody")
    assert made() == b"figures of everybody"
    tab.token = house.sign_in("olga@example.com")
    with house.write() as uow:
        sign_out(uow, ada, address="", now=house.clock.now())
    with pytest.raises(NotAllowed, match="session has ended"):
        made()


def test_a_file_is_not_made_for_someone_who_may_see_less_than_when_it_was_offered(house: House, tab: Screen):
    house.member(house.organization("North"), "olga@example.com")
    tab.token = house.sign_in("olga@example.com")
    made = session.for_this_viewer(lambda: b"figures of North")
    house.tamper(delete(member))
    with pytest.raises(NotAllowed):
        made()

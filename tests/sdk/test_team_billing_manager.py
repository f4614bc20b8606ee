"""The team billing manager that the second requirement document names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from billing_core.bootstrap.application import application
from billing_core.domain.errors import InvalidInput, NotFound, SeatsExhausted
from billing_core.sdk import TeamBillingManager
from tests.builders import usd
from tests.product import Product, a_product


@pytest.fixture
def organization_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    product: Product = a_product(tmp_path / "data")
    created = product.organization("Acme", "starter")
    product.hand_over(monkeypatch)
    yield created
    application().close()
    application.cache_clear()


def test_members_are_added_up_to_the_maximum_of_the_plan_and_removed(organization_id: str) -> None:
    members: list[str] = []
    for number in range(3):
        assert TeamBillingManager.can_add_team_member(organization_id)
        assert TeamBillingManager.get_member_price(organization_id) == usd("0")
        role = "member" if number else "owner"
        added = TeamBillingManager.add_team_member(organization_id, f"m{number}@example.com", f"M{number}", role)
        assert (added.price, added.owed) == (usd("0"), usd("0"))
        members.append(added.member_id)
    assert not TeamBillingManager.can_add_team_member(organization_id)
    with pytest.raises(SeatsExhausted):
        TeamBillingManager.add_team_member(organization_id, "m3@example.com", "M3")
    assert [item.name for item in TeamBillingManager.get_team_members(organization_id)] == ["M0", "M1", "M2"]
    TeamBillingManager.remove_team_member(organization_id, members[-1])
    assert TeamBillingManager.get_seats(organization_id).free == 1


def test_an_operation_is_done_once(organization_id: str) -> None:
    first, again = (
        TeamBillingManager.add_team_member(organization_id, "dana@example.com", "Dana", operation="request-1")
        for _ in range(2)
    )
    assert first.member_id == again.member_id
    assert TeamBillingManager.get_seats(organization_id).used == 1


def test_what_is_wrong_is_named(organization_id: str) -> None:
    with pytest.raises(InvalidInput) as error:
        TeamBillingManager.add_team_member(organization_id, "dana@example.com", "Dana", "boss")
    assert error.value.field == "role"
    with pytest.raises(NotFound):
        TeamBillingManager.get_team_members("org_none")

"""Members take seats, free ones first; each further one is paid for until the period ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from billing_core.bootstrap.self_audit import audit_books
from billing_core.domain.errors import Conflict, InsufficientFunds, NotFound, SeatsExhausted
from billing_core.domain.identity import MemberRole
from billing_core.domain.ledger import Account
from billing_core.domain.money import Money
from billing_core.services.organizations.subscribe import subscribe
from billing_core.services.seats.add_member import SeatTaken, add_member
from billing_core.services.seats.ports import SeatChange
from billing_core.services.seats.read_seats import SeatOffer, read_seats
from billing_core.services.seats.remove_member import remove_member
from billing_core.services.seats.renew_seats import renew_seats
from tests.builders import usd
from tests.plain_passwords import PlainPasswords
from tests.product import SYSTEM, Product, a_product

START = datetime(2026, 11, 1, tzinfo=UTC)
MIDDLE = datetime(2026, 11, 16, tzinfo=UTC)


@pytest.fixture
def product(tmp_path: Path) -> Product:
    product = a_product(tmp_path)
    product.clock.set(START)
    return product


@pytest.fixture
def team(product: Product) -> str:
    """An organization with five members on the team plan, where each further one costs $19.99 a month."""
    organization_id = product.organization("Northwind AI", "team")
    for number in range(5):
        add(product, organization_id, f"m{number}")
    product.clock.set(MIDDLE)
    return organization_id


def add(product: Product, organization_id: str, who: str, **changes: Any) -> SeatTaken:
    details: dict[str, Any] = {
        "organization_id": organization_id,
        "email": f"{who}@example.com",
        "name": who,
        "role": MemberRole.OWNER if who == "m0" else MemberRole.MEMBER,
        "operation": f"add-{who}",
        "actor": SYSTEM,
        "now": product.clock.now(),
    }
    with product.write() as uow:
        return add_member(uow, PlainPasswords(), **(details | changes))


def remove(product: Product, organization_id: str, member_id: str, operation: str = "remove") -> SeatChange:
    with product.write() as uow:
        return remove_member(
            uow,
            organization_id=organization_id,
            member_id=member_id,
            operation=operation,
            actor=SYSTEM,
            now=product.clock.now(),
        )


def offer(product: Product, organization_id: str) -> SeatOffer:
    with product.read() as uow:
        return read_seats(uow, organization_id, product.clock.now())


def wallet(product: Product, organization_id: str) -> tuple[Money, Money]:
    with product.read() as uow:
        found = uow.credits.wallet(organization_id, "USD")
    return found.posted, found.owed


def test_included_seats_are_free(product: Product, team: str) -> None:
    seats = offer(product, team).seats
    assert (seats.subscribed, seats.paid, seats.used, seats.free) == (5, 0, 5, 0)
    assert wallet(product, team) == (usd("0"), usd("0"))


def test_a_further_seat_is_paid_from_the_balance_and_the_rest_is_owed(product: Product, team: str) -> None:
    product.top_up(team, "6")
    assert offer(product, team).next_price == usd("9.995")
    taken = add(product, team, "sixth")
    assert (taken.change.amount, taken.change.balance, taken.change.owed) == (usd("9.995"), usd("6"), usd("3.995"))
    assert wallet(product, team) == (usd("0"), usd("3.995"))
    with product.read() as uow:
        postings = uow.ledger.postings_of_operation(f"seats:{taken.change.id}")
    amounts = {(posting.account, posting.amount_nanos) for _, posting in postings}
    assert amounts == {
        (Account.BALANCE, usd("6").nanos),
        (Account.SEAT_REVENUE, -usd("6").nanos),
        (Account.RECEIVABLE, usd("3.995").nanos),
        (Account.SEAT_REVENUE, -usd("3.995").nanos),
    }
    assert list(audit_books(product)) == []


def test_the_same_operation_adds_and_charges_once(product: Product, team: str) -> None:
    first = add(product, team, "sixth")
    again = add(product, team, "sixth")
    assert (again.change, again.member) == (first.change, first.member)
    assert first.generated_password is not None
    assert again.generated_password is None
    assert wallet(product, team) == (usd("0"), usd("9.995"))
    with pytest.raises(Conflict) as error:
        add(product, team, "seventh", operation="add-sixth")
    assert error.value.field == "operation"


def test_a_freed_seat_is_taken_again_for_nothing_until_the_period_ends(product: Product, team: str) -> None:
    sixth = add(product, team, "sixth").member.member.id
    remove(product, team, sixth)
    assert wallet(product, team)[1] == usd("9.995")
    assert offer(product, team).seats.free == 1
    assert add(product, team, "seventh").change.amount == usd("0")
    assert wallet(product, team)[1] == usd("9.995")
    product.clock.set(datetime(2026, 12, 1, tzinfo=UTC))
    assert offer(product, team).next_price == usd("19.99")


def test_who_left_sees_the_organization_no_more_and_may_come_again(product: Product, team: str) -> None:
    sixth = add(product, team, "sixth").member
    remove(product, team, sixth.member.id)
    with product.read() as uow:
        assert uow.identity.memberships(sixth.member.person_id) == ()
        assert sixth not in uow.seats.members(team)
    again = add(product, team, "sixth", operation="add-again", role=MemberRole.BILLING)
    assert again.member.member.id == sixth.member.id
    with product.read() as uow:
        (membership,) = uow.identity.memberships(sixth.member.person_id)
        assert sorted(record.action for record in uow.audit.records_of("member", sixth.member.id)) == [
            "member.created",
            "member.rejoined",
            "member.removed",
        ]
    assert membership.role is MemberRole.BILLING


def test_removing_is_done_once_and_never_to_the_last_owner(product: Product, team: str) -> None:
    with product.read() as uow:
        members = {item.name: item.member.id for item in uow.seats.members(team)}
    assert remove(product, team, members["m1"]) == remove(product, team, members["m1"])
    with pytest.raises(Conflict) as error:
        remove(product, team, members["m2"])
    assert error.value.field == "operation"
    with pytest.raises(Conflict) as error:
        remove(product, team, members["m0"], "other")
    assert error.value.field == "member_id"
    with pytest.raises(NotFound):
        remove(product, team, members["m1"], "other")
    with pytest.raises(Conflict) as error:
        add(product, team, "m1")
    assert error.value.field == "operation"


def test_beyond_the_maximum_nobody_is_added(product: Product) -> None:
    organization_id = product.organization("Contoso", "starter")
    for number in range(3):
        add(product, organization_id, f"s{number}")
    with pytest.raises(SeatsExhausted):
        add(product, organization_id, "s3")
    with product.read() as uow:
        assert uow.seats.count_members(organization_id) == 3
        assert uow.identity.person_by_email("s3@example.com") is None


def test_where_nothing_may_be_owed_a_seat_beyond_the_balance_is_refused(
    product: Product, team: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing_core.services.seats.add_member.allows_overage", lambda _: False)
    product.top_up(team, "9.99")
    with product.write() as uow, pytest.raises(InsufficientFunds) as refusal:
        add_member(
            uow,
            PlainPasswords(),
            organization_id=team,
            email="sixth@example.com",
            name="Sixth",
            role=MemberRole.MEMBER,
            operation="sixth",
            actor=SYSTEM,
            now=MIDDLE,
        )
    assert (refusal.value.details["limit"], refusal.value.details["available_balance"]) == ("9.995", "9.99")
    assert offer(product, team).seats.used == 5
    product.top_up(team, "0.005", "more")
    assert add(product, team, "sixth").change.balance == usd("9.995")


def test_a_subscription_by_the_year_pays_for_the_rest_of_the_year(product: Product, team: str) -> None:
    with product.write() as uow:
        version = uow.catalog.plan_versions([item.plan_version.id for item in uow.subscriptions.history([team])[team]])
    assert all(item.terms.price_year is None for item in version.values())
    yearly = product.organization("Contoso", "enterprise")
    with product.write() as uow:
        subscribe(uow, organization_id=yearly, plan_code="enterprise", interval="year", actor=SYSTEM, now=MIDDLE)
    period = offer(product, yearly).period
    assert (period.start, period.end) == (MIDDLE, datetime(2027, 11, 16, tzinfo=UTC))


def test_a_new_period_is_paid_for_the_seats_that_are_taken_and_only_once(product: Product, team: str) -> None:
    sixth = add(product, team, "sixth").member.member.id
    add(product, team, "seventh")
    remove(product, team, sixth)
    product.clock.set(datetime(2026, 12, 1, 0, 5, tzinfo=UTC))
    with product.read() as uow:
        assert list(uow.seats.outgrown()) == [team]
    for expected in (usd("19.99"), None):
        with product.write() as uow:
            renewal = renew_seats(uow, team, product.clock.now())
        assert (renewal.amount if renewal else None) == expected
    assert wallet(product, team)[1] == usd("9.995") + usd("9.995") + usd("19.99")
    assert offer(product, team).seats.free == 0
    assert list(audit_books(product)) == []


def test_members_added_without_paying_are_paid_for_by_the_renewal(product: Product, team: str) -> None:
    add(product, team, "sixth")
    product.clock.set(datetime(2026, 12, 16, 12, tzinfo=UTC))
    half = offer(product, team).next_price
    add(product, team, "seventh")
    with product.write() as uow:
        renewal = renew_seats(uow, team, product.clock.now() + timedelta(minutes=5))
    assert renewal is not None
    assert (half, renewal.seats_paid, renewal.amount) == (usd("9.995"), 1, usd("19.99"))

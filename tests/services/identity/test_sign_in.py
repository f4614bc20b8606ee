"""Signing in: who gets a session, how guessing is slowed down, and what is kept of it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from billing_core.adapters.database.schema.identity import session, sign_in_failure
from billing_core.domain.errors import SignInFailed
from billing_core.domain.identity import StaffRole
from tests.identity_house import PASSWORD, House, a_house, cheap_passwords


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    house.staff("ada@example.com", StaffRole.ADMIN)
    return house


def failed(house: House, email: str = "ada@example.com", password: str = "wrong", address: str = "203.0.113.7"):
    with pytest.raises(SignInFailed) as refused:
        house.sign_in(email, password, address=address)
    return refused.value


def test_the_right_password_gives_a_token_of_256_bits_that_is_kept_only_as_a_hash(house: House):
    token, other = house.sign_in("ada@example.com"), house.sign_in("  ADA@example.com ")
    assert token != other
    assert len(token) >= 43
    rows = house.stored(select(session))
    assert len(rows) == 2
    assert all(token not in str(value) and other not in str(value) for row in rows for value in row)


def test_wrong_password_unknown_address_and_nonsense_are_told_apart_by_nothing(house: House):
    failures = [
        failed(house),
        failed(house, "nobody@example.com", PASSWORD),
        failed(house, "' OR 1=1 --", "' OR '1'='1"),
        failed(house, "<script>alert(1)</script>", PASSWORD),
        failed(house, "a\x00b@example.com", PASSWORD),
        failed(house, "ada@example.com", "p" * 10_000),
        failed(house, "\ud800@example.com", "\ud800"),
    ]
    assert {(failure.message, failure.field, tuple(failure.details)) for failure in failures} == {
        ("E-mail address and password do not match.", None, ())
    }


def test_an_unknown_address_costs_a_password_check_as_a_known_one_does(house: House):
    class Counting:
        def __init__(self) -> None:
            self.checked: list[str | None] = []

        def verify(self, password: str, password_hash: str | None) -> bool:
            self.checked.append(password_hash)
            return False

    counting = Counting()
    house.passwords = counting  # pyright: ignore[reportAttributeAccessIssue]
    failed(house)
    failed(house, "nobody@example.com")
    known, unknown = counting.checked
    assert known is not None
    assert unknown is None


def test_five_failures_in_fifteen_minutes_close_an_email_address_even_to_the_right_password(house: House):
    for _ in range(5):
        failed(house)
        house.clock.advance(minutes=1)
    refused = failed(house, password=PASSWORD, address="198.51.100.9")
    assert refused.details == {"retry_after_seconds": 600}
    assert refused.message == "Too many failed tries. Try again in 10 minutes."


def test_tries_while_throttled_are_not_counted_so_the_wait_ends_when_it_was_said_to(house: House):
    for _ in range(5):
        failed(house)
    for _ in range(30):
        house.clock.advance(seconds=29)
        assert "retry_after_seconds" in failed(house).details
    house.clock.advance(seconds=30)
    assert house.sign_in("ada@example.com")


def test_twenty_failures_close_an_address_to_everyone_behind_it_and_to_nobody_else(house: House):
    for number in range(20):
        assert not failed(house, f"guess{number}@example.com").details
    assert failed(house, password=PASSWORD).details == {"retry_after_seconds": 900}
    assert house.sign_in("ada@example.com", address="198.51.100.9")


def test_one_ipv6_network_is_one_address(house: House):
    for number in range(20):
        failed(house, f"guess{number}@example.com", address=f"2001:db8:0:1::{number:x}")
    assert "retry_after_seconds" in failed(house, password=PASSWORD, address="2001:db8:0:1:ffff::1").details
    assert house.sign_in("ada@example.com", address="2001:db8:0:2::1")


def test_an_ipv4_address_written_as_ipv6_is_still_its_own(house: House):
    for number in range(20):
        failed(house, f"guess{number}@example.com", address="::ffff:203.0.113.7")
    assert house.sign_in("ada@example.com", address="::ffff:203.0.113.8")


def test_success_clears_the_failures_of_the_email_address_but_not_those_of_the_network(house: House):
    for _ in range(4):
        failed(house)
    house.sign_in("ada@example.com")
    for _ in range(4):
        failed(house)
    for number in range(11):
        failed(house, f"guess{number}@example.com")
    house.sign_in("ada@example.com")
    failed(house, "guess@example.com")
    assert "retry_after_seconds" in failed(house, "other@example.com").details


def test_many_tries_at_once_are_counted_before_their_passwords_are_looked_at(house: House):
    def guess(_: int) -> bool:
        with pytest.raises(SignInFailed) as refused:
            house.sign_in("ada@example.com", "wrong")
        return "retry_after_seconds" in refused.value.details

    with ThreadPoolExecutor(8) as threads:
        throttled = list(threads.map(guess, range(16)))
    assert throttled.count(False) == 5


def test_what_was_typed_as_an_email_address_is_not_kept(house: House):
    failed(house, "my-secret-passphrase", "ada@example.com")
    assert "address:203.0.113.7" in str(kept := house.stored(select(sign_in_failure)))
    assert "secret" not in str(kept)


def test_old_failures_are_forgotten_rather_than_heaped_up(house: House):
    for number in range(3):
        failed(house, f"guess{number}@example.com")
    house.clock.advance(minutes=15)
    failed(house, "late@example.com")
    assert len(house.stored(select(sign_in_failure))) == 2


def test_a_hash_of_older_parameters_is_renewed_at_the_next_sign_in_and_still_opens(house: House):
    with house.read() as uow:
        person = uow.identity.person_by_email("ada@example.com")
        assert person
        before = uow.identity.password_hash(person.id)
    house.passwords = cheap_passwords(passes=2)
    house.sign_in("ada@example.com")
    with house.read() as uow:
        renewed = uow.identity.password_hash(person.id)
    assert before is not None
    assert renewed is not None
    assert "t=1" in before
    assert "t=2" in renewed
    house.sign_in("ada@example.com")
    with house.read() as uow:
        assert uow.identity.password_hash(person.id) == renewed


def test_signing_in_and_out_leaves_who_and_from_where_in_the_audit_trail_and_no_secret(house: House):
    house.clock.advance(minutes=1)
    token = house.sign_in("ada@example.com")
    with house.read() as uow:
        person = uow.identity.person_by_email("ada@example.com")
        assert person
        created, signed_in = uow.audit.records_of("person", person.id)
    assert (created.action, signed_in.action) == ("person.created", "person.signed_in")
    assert (signed_in.actor.id, signed_in.actor.address) == (person.id, "203.0.113.7")
    assert signed_in.recorded_at == house.clock.now()
    assert all(secret not in repr((created, signed_in)) for secret in (token, PASSWORD, "argon2"))

"""Making people known, and how their passwords are kept."""

from pathlib import Path

import pytest

from billing_core.domain.errors import BillingError, Conflict, InvalidInput
from billing_core.domain.identity import StaffRole
from billing_core.services.identity.create_staff import create_staff
from tests.identity_house import ADMIN, PASSWORD, House, a_house, cheap_passwords


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


def add(house: House, *, email: str = "ada@example.com", name: str = "Ada", password: str | None = PASSWORD):
    with house.write() as uow:
        return create_staff(
            uow,
            house.passwords,
            email=email,
            name=name,
            role=StaffRole.ADMIN,
            password=password,
            actor=ADMIN,
            now=house.clock.now(),
        )


def test_a_generated_password_is_told_once_opens_and_is_kept_nowhere(house: House):
    added = add(house, password=None)
    assert added.generated_password
    assert house.sign_in("ada@example.com", added.generated_password)
    assert added.generated_password not in repr(added)
    with house.read() as uow:
        assert added.generated_password not in repr(uow.audit.records_of("person", added.person.id))


def test_a_given_password_is_not_told_back(house: House):
    assert add(house).generated_password is None


def test_an_email_address_belongs_to_one_person_whatever_its_case(house: House):
    add(house)
    with pytest.raises(Conflict, match=r"ada@example\.com") as refused:
        add(house, email="ADA@example.com", name="Another")
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "ada"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"password": "short"}, "password"),
        ({"password": ""}, "password"),
        ({"password": "p" * 1025}, "password"),
    ],
)
def test_bad_input_names_its_field_repeats_no_password_and_writes_nothing(
    house: House, wrong: dict[str, str], field: str
):
    with pytest.raises(InvalidInput) as refused:
        add(house, **wrong)
    assert refused.value.field == field
    assert not wrong.get("password") or wrong["password"] not in refused.value.message
    with house.read() as uow:
        assert uow.identity.person_by_email("ada@example.com") is None


def test_markup_in_a_name_is_kept_as_written(house: House):
    assert add(house, name="<img src=x onerror=alert(1)>").person.name == "<img src=x onerror=alert(1)>"


def test_two_hashes_of_one_password_differ_and_both_verify():
    passwords = cheap_passwords()
    first, second = passwords.hash(PASSWORD), passwords.hash(PASSWORD)
    assert first != second
    assert first.startswith("$argon2id$")
    assert passwords.verify(PASSWORD, first)
    assert passwords.verify(PASSWORD, second)
    assert not passwords.verify(PASSWORD + " ", first)


@pytest.mark.parametrize("broken", [None, "", "plain text", "$argon2id$v=19$m=8,t=1,p=1$AAAA$BBBB"])
def test_no_hash_and_a_broken_hash_match_no_password(broken: str | None):
    assert not cheap_passwords().verify(PASSWORD, broken)


def test_a_password_is_the_same_however_the_keyboard_composes_its_letters():
    passwords = cheap_passwords()
    assert passwords.verify("Zo\u00eb and the lighthouse", passwords.hash("Zoe\u0308 and the lighthouse"))


def test_an_error_of_a_person_is_one_of_the_categories(house: House):
    with pytest.raises(BillingError):
        add(house, email="")

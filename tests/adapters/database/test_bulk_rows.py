"""Rows written by the thousand arrive exactly as they were given, on both databases."""

import pytest
from sqlalchemy.exc import DBAPIError

from billing_core.adapters.database.bulk_insert import bulk_insert, bulk_upsert
from billing_core.adapters.database.bulk_update import bulk_add
from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.schema.credits import wallet
from billing_core.adapters.database.schema.identity import audit_record
from billing_core.adapters.database.schema.organizations import organization
from tests.adapters.database.rows import NOON, a_wallet, add_organizations, an_organization, rows_of

BIGGEST = 2**63 - 1


def an_audit_record(number: int, before: object, after: object) -> dict[str, object]:
    return {
        "id": f"aud_{number}",
        "recorded_at": NOON,
        "actor_kind": "person",
        "actor_id": "per_1",
        "actor_name": 'Ada "the" O\'Neil\n\\ %s $1 {x} é 🎈',
        "address": "",
        "action": "changed",
        "organization_id": None,
        "object_kind": "plan",
        "object_id": "plan_1",
        "before": before,
        "after": after,
    }


def test_text_instants_documents_and_nothing_at_all_come_back_as_they_were(database: Database) -> None:
    documents = [{"a": [1, None, "ü"], "b": {"c": BIGGEST}}, [], "text", None]
    given = [an_audit_record(number, document, [document]) for number, document in enumerate(documents)]
    with database.write() as connection:
        bulk_insert(connection, audit_record, given)
    with database.read() as connection:
        assert rows_of(connection, audit_record) == given


def test_every_integer_of_64_bits_is_exact(database: Database) -> None:
    amounts = [0, 2**53 + 1, BIGGEST - 1, BIGGEST]
    with database.write() as connection:
        bulk_insert(connection, organization, [an_organization(f"org_{index}") for index in range(len(amounts))])
        bulk_insert(connection, wallet, [a_wallet(f"org_{index}", nanos) for index, nanos in enumerate(amounts)])
        assert [row["posted_nanos"] for row in rows_of(connection, wallet)] == amounts


def test_an_amount_beyond_64_bits_is_refused_and_nothing_is_written(database: Database) -> None:
    with database.write() as connection:
        bulk_insert(connection, organization, [an_organization("org_0")])
    with pytest.raises((DBAPIError, OverflowError)), database.write() as connection:
        bulk_insert(connection, wallet, [a_wallet("org_0", BIGGEST + 1)])
    with database.read() as connection:
        assert rows_of(connection, wallet) == []


def test_thousands_of_rows_keep_their_order(database: Database) -> None:
    given = [an_organization(f"org_{number:05}") for number in range(3_000)]
    with database.write() as connection:
        bulk_insert(connection, organization, given)
        assert rows_of(connection, organization) == given


def test_adding_changes_the_rows_named_and_no_other(database: Database) -> None:
    with database.write() as connection:
        add_organizations(connection, "a", "b", "c")
        bulk_add(
            connection, wallet, [a_wallet("a", 5, 1), a_wallet("c", 2**53 + 1)], add=("posted_nanos", "owed_nanos")
        )
        bulk_add(connection, wallet, [a_wallet("a", -2)], add=("posted_nanos",))
        assert rows_of(connection, wallet) == [a_wallet("a", 3, 1), a_wallet("b"), a_wallet("c", 2**53 + 1)]


def test_an_amount_that_finds_no_row_is_not_lost_unnoticed(database: Database) -> None:
    with database.write() as connection:
        add_organizations(connection, "a")
    rows = [a_wallet("a", 1), a_wallet("nobody", 1)]
    message = "wallet: 2 rows were to be changed and 1 were"
    with pytest.raises(LookupError, match=message), database.write() as connection:
        bulk_add(connection, wallet, rows, add=("posted_nanos",))
    with database.read() as connection:
        assert rows_of(connection, wallet) == [a_wallet("a")]


def test_an_upsert_sets_adds_or_leaves_a_row_alone_that_exists(database: Database) -> None:
    with database.write() as connection:
        add_organizations(connection, "a", "b")
        bulk_upsert(connection, wallet, [a_wallet("a", 7, 7)])
        assert rows_of(connection, wallet) == [a_wallet("a"), a_wallet("b")]
        rows = [a_wallet("a", 7, 3), a_wallet("b", 1, 1)]
        bulk_upsert(connection, wallet, rows, update=("posted_nanos",), add=("owed_nanos",))
        bulk_upsert(connection, wallet, rows, update=("posted_nanos",), add=("owed_nanos",))
        assert rows_of(connection, wallet) == [a_wallet("a", 7, 6), a_wallet("b", 1, 2)]


def test_an_upsert_inserts_what_is_new(database: Database) -> None:
    with database.write() as connection:
        bulk_upsert(connection, organization, [an_organization("a"), an_organization("b")], update=("name",))
        assert rows_of(connection, organization) == [an_organization("a"), an_organization("b")]


def test_no_rows_are_no_statement(database: Database) -> None:
    with database.read() as connection:
        bulk_insert(connection, wallet, [])
        bulk_upsert(connection, wallet, [])
        bulk_add(connection, wallet, [], add=("posted_nanos",))

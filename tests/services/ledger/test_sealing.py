"""Sealed entries cannot be changed unnoticed, and sealing waits for no writer and overtakes none."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from billing_core.domain.errors import Conflict, NotFound
from billing_core.domain.seals import GENESIS_HASH, Block, Seal
from billing_core.services.ledger import seal_ledger as sealing
from billing_core.services.ledger.seal_ledger import LedgerSealer
from billing_core.services.ledger.verify_anchor import verify_anchor
from billing_core.services.verification.verify_seals import verify_seals
from tests.builders import an_event
from tests.product import Product, a_product
from tests.tampering import tamper


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Product:
    """A ledger of seven entries, sealed in blocks of three."""
    monkeypatch.setattr(sealing, "ENTRIES_PER_BLOCK", 3)
    product = a_product(tmp_path)
    organization_id = product.organization()
    product.top_up(organization_id, "100")
    use(product, organization_id, 6)
    return product


def use(product: Product, organization_id: str, count: int, key: str = "use") -> None:
    events = [an_event(organization_id, "generate_content", f"{key}-{number}") for number in range(count)]
    product.charge(*events, admit=False)


def seals(product: Product) -> list[Seal]:
    with product.read() as uow:
        return list(uow.seals.seals_after(0))


def findings(product: Product) -> list[str]:
    with product.read() as uow:
        return [f"{finding.row}: {finding.problem}" for finding in verify_seals(uow.seals)]


def test_every_entry_is_in_one_block_and_every_block_follows_from_the_one_before(product: Product) -> None:
    assert product.seal_ledger() == 3
    chain = seals(product)
    assert [(seal.block, seal.first_seq, seal.last_seq) for seal in chain] == [(1, 1, 3), (2, 4, 6), (3, 7, 7)]
    assert [seal.previous_hash for seal in chain] == [GENESIS_HASH, chain[0].hash, chain[1].hash]
    assert findings(product) == []


def test_sealing_again_seals_only_what_was_added(product: Product) -> None:
    product.seal_ledger()
    first = seals(product)
    assert not product.seal_ledger.has_work()
    assert product.seal_ledger() == 0
    with product.read() as uow:
        (organization,) = uow.organizations.organizations()
    use(product, organization.id, 1, "later")
    assert product.seal_ledger.has_work()
    assert product.seal_ledger() == 1
    assert seals(product)[:3] == first
    assert findings(product) == []


@pytest.mark.parametrize(
    ("damage", "row", "problem"),
    [
        (
            "UPDATE ledger_posting SET amount_nanos = amount_nanos * 2 WHERE entry_id = '{fifth}'",
            2,
            "entry {fifth} was",
        ),
        ("UPDATE ledger_posting SET account = 'expense:bad_debt' WHERE entry_id = '{fifth}'", 2, "entry {fifth} was"),
        ("UPDATE ledger_entry SET description = 'gift' WHERE id = '{fifth}'", 2, "entry {fifth} was"),
        ("UPDATE ledger_entry SET recorded_at = recorded_at + 1 WHERE id = '{fifth}'", 2, "entry {fifth} was"),
        ("DELETE FROM ledger_posting WHERE entry_id = '{fifth}' AND line = 1", 2, "entry {fifth} was"),
        ("DELETE FROM ledger_entry WHERE id = '{fifth}'", 2, "the block held 3 entries and now has 2: near"),
        (
            "INSERT INTO ledger_entry SELECT 0, 'ent_new', organization_id, kind, NULL, 'forged', NULL, description, "
            "effective_at, recorded_at FROM ledger_entry WHERE id = '{fifth}'",
            1,
            "the block held 3 entries and now has 4: near entry ent_new",
        ),
        ("UPDATE ledger_seal SET sealed_at = sealed_at + 1 WHERE block = 2", 2, "the seal itself was changed"),
        ("UPDATE ledger_seal SET previous_hash = 'other' WHERE block = 2", 2, "does not follow from block 1"),
        ("DELETE FROM ledger_seal WHERE block = 2", 3, "block 2 should come here, so a seal is missing"),
    ],
)
def test_a_change_is_found_in_its_block_and_at_its_entry(product: Product, damage: str, row: int, problem: str) -> None:
    product.seal_ledger()
    with product.read() as uow:
        fifth = uow.seals.block_after(4, 5).entries[0][1]
    tamper(product.database, damage.format(fifth=fifth))
    found = next(text for text in findings(product) if text.startswith(f"ledger_seal {row}: "))
    assert problem.format(fifth=fifth) in found


def test_days_that_are_not_what_their_entries_add_up_to_are_found(product: Product) -> None:
    product.seal_ledger()
    tamper(product.database, "UPDATE ledger_day SET debit_nanos = debit_nanos + 1 WHERE account = 'liability:balance'")
    (of_organization, of_day) = findings(product)
    assert "liability:balance USD" in of_organization
    assert "ledger_day 2026-11-20 liability:balance USD" in of_day


def test_a_hash_kept_outside_vouches_for_every_entry_before_it(product: Product) -> None:
    product.seal_ledger()
    anchor = seals(product)[1]
    with product.read() as uow:
        assert verify_anchor(uow, anchor.hash.upper()) == anchor
    tamper(product.database, "UPDATE ledger_entry SET description = 'gift' WHERE seq = 7")
    with product.read() as uow:
        assert verify_anchor(uow, anchor.hash) == anchor
    tamper(product.database, "UPDATE ledger_entry SET description = 'gift' WHERE seq = 1")
    with product.read() as uow, pytest.raises(Conflict, match="Block 1: entry ent_"):
        verify_anchor(uow, anchor.hash)


def test_a_chain_that_was_computed_anew_does_not_hold_the_hash_kept_outside(product: Product) -> None:
    product.seal_ledger()
    anchor = seals(product)[-1].hash
    tamper(product.database, "UPDATE ledger_entry SET description = 'gift' WHERE seq = 1")
    for table in ("ledger_seal", "ledger_day"):
        tamper(product.database, f"DELETE FROM {table}")
    product.seal_ledger()
    assert findings(product) == []
    with product.read() as uow, pytest.raises(NotFound, match="rewritten"):
        verify_anchor(uow, anchor)


class FakeSeals:
    """Entries with nothing but a seq; those of transactions that are still running cannot be seen."""

    def __init__(self) -> None:
        self.chain: list[Seal] = []
        self.visible: list[int] = []
        self.running: dict[str, list[int]] = {}

    def end(self, writer: str) -> None:
        self.visible += self.running.pop(writer)

    def last_given_seq(self) -> int:
        return max((*self.visible, *(seq for seqs in self.running.values() for seq in seqs)))

    def writers(self) -> frozenset[str]:
        return frozenset(self.running)

    def newest(self) -> Seal | None:
        return self.chain[-1] if self.chain else None

    def block_after(self, seq: int, upto: int, entries_max: int | None = None) -> Block:
        found = sorted(item for item in self.visible if seq < item <= upto)[:entries_max]
        return Block([(item, f"ent_{item}", "org_1", *[None] * 6, 0) for item in found], [])

    def append(self, previous: Seal | None, seals: list[Seal], totals: object) -> bool:
        if previous != self.newest():
            return False
        self.chain += seals
        return True


def a_sealer(product: Product, store: FakeSeals) -> LedgerSealer:
    class Unit:
        seals = store

    @contextmanager
    def transaction() -> Generator[Unit]:
        yield Unit()

    return LedgerSealer(transaction, transaction, product.clock)  # type: ignore[arg-type]


def test_nothing_is_sealed_above_an_entry_that_may_still_appear(product: Product) -> None:
    store = FakeSeals()
    store.visible, store.running = [1, 3], {"a": [2]}
    seal = a_sealer(product, store)
    assert seal() == 0
    store.running["b"] = [4]
    assert seal() == 0
    store.end("a")
    assert seal() == 1
    assert [(item.first_seq, item.last_seq) for item in store.chain] == [(1, 3)]
    store.end("b")
    assert seal() == 1
    assert store.chain[-1].last_seq == 4


def test_a_writer_that_never_ends_holds_back_only_what_it_may_come_before(product: Product) -> None:
    store = FakeSeals()
    store.visible = [1, 2]
    seal = a_sealer(product, store)
    assert seal() == 1
    store.running = {"endless": [3]}
    store.visible += [4]
    assert [seal(), seal(), seal()] == [0, 0, 0]
    assert store.chain[-1].last_seq == 2


def test_an_entry_that_is_committed_late_is_sealed_in_its_place(product: Product, database_kind: str) -> None:
    if database_kind == "sqlite":
        pytest.skip("its writer is alone, so entries appear in their order")
    product.seal_ledger()
    one, other = product.organization("One"), product.organization("Other")
    before = seals(product)
    with product.database.engine.connect() as late:
        late.exec_driver_sql(AN_ENTRY.format("late", one))
        late.exec_driver_sql(A_POSTING.format("late", one))
        with product.database.write() as early:
            early.exec_driver_sql(AN_ENTRY.format("early", other))
            early.exec_driver_sql(A_POSTING.format("early", other))
        assert [product.seal_ledger(), product.seal_ledger()] == [0, 0]
        late.commit()
    assert product.seal_ledger() == 1
    with product.read() as uow:
        newest = uow.seals.newest()
        assert newest is not None
        block = uow.seals.block_after(before[-1].last_seq, newest.last_seq)
    assert [entry[1] for entry in block.entries] == ["late", "early"]
    assert findings(product) == []


AN_ENTRY = (
    "INSERT INTO ledger_entry (id, organization_id, kind, operation, description, effective_at, recorded_at) "
    "VALUES ('{0}', '{1}', 'test', '{0}', 'x', 0, 0)"
)
A_POSTING = (
    "INSERT INTO ledger_posting (entry_id, line, organization_id, account, currency, amount_nanos) "
    "VALUES ('{0}', 1, '{1}', 'liability:balance', 'USD', 1)"
)


def test_a_process_that_finds_the_ledger_sealed_by_another_writes_nothing(product: Product) -> None:
    with product.read() as uow:
        stale = uow.seals.newest()
    product.seal_ledger()
    chain = seals(product)
    with product.write() as uow:
        assert not uow.seals.append(stale, chain, {})
    assert seals(product) == chain

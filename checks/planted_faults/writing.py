"""Faults in what is read and written: identities, counters, slices, versions, triggers."""

from checks.planted_faults.deciding import DECIDING, EDGES, HOLDING, SEQUENCES
from checks.planted_faults.fault import POSTGRESQL, Fault

BATCH = "billing_core/services/charging/batch.py"
STORE = "billing_core/adapters/database/charging_store.py"
BOOKS = "billing_core/adapters/database/books_store.py"
CACHE = "billing_core/adapters/database/books_cache.py"
MIGRATIONS = "billing_core/adapters/database/migrations/versions"
CHARGE_EVENTS = "billing_core/services/charging/charge_events.py"
DECIDE_HOLDS = "billing_core/services/charging/decide_holds.py"
CROWDS = ("tests/safety/test_hot_organization.py",)
FOUND = ("tests/safety/test_what_sequences_found.py",)

FAULTS = (
    Fault(
        "identity_not_claimed_within_a_batch",
        BATCH,
        "        self.known[event.identity] = Known(payload_hash, receipt)",
        "        pass",
        EDGES,
    ),
    Fault(
        "identity_of_before_not_looked_up",
        BATCH,
        "dict(uow.charging.known(event.identity for event in events))",
        "{}",
        DECIDING,
    ),
    Fault(
        "another_payload_taken_for_the_same",
        BATCH,
        "if known.payload_hash != payload_hash:",
        "if not payload_hash:",
        DECIDING,
    ),
    Fault(
        "settled_hold_stays_open",
        DECIDE_HOLDS,
        "    _resolve(batch, hold, HoldState.SETTLED)",
        "    pass",
        HOLDING,
    ),
    Fault(
        "hold_settled_twice",
        DECIDE_HOLDS,
        "        hold.check_open(batch.now)\n    if (receipt",
        "        pass\n    if (receipt",
        HOLDING,
    ),
    Fault(
        "released_after_its_time_is_no_expiry",
        DECIDE_HOLDS,
        "HoldState.EXPIRED if batch.now >= hold.expires_at else",
        "HoldState.EXPIRED if batch.now > hold.expires_at else",
        (*HOLDING, *SEQUENCES),
    ),
    Fault(
        "counters_not_written",
        STORE,
        "        self._write_counters(in_order)",
        "        pass",
        DECIDING,
    ),
    Fault(
        "wallet_moved_the_wrong_way",
        STORE,
        "(CREDITS, -allocated, held, 0),",
        "(CREDITS, allocated, held, 0),",
        DECIDING,
    ),
    Fault(
        "holds_missing_from_grants",
        STORE,
        '"held_nanos": item.changes.credits_held.get(grant_id, 0),',
        '"held_nanos": 0,',
        HOLDING,
    ),
    Fault(
        "only_the_first_slice_recorded",
        "billing_core/adapters/database/charge_rows.py",
        "for part in item.charge.allocations:",
        "for part in item.charge.allocations[:1]:",
        EDGES,
    ),
    Fault(
        "old_books_used_after_a_change",
        BOOKS,
        "books.version == version and",
        "version and",
        (*DECIDING, *SEQUENCES),
    ),
    Fault(
        "books_without_earlier_periods_used_for_them",
        BOOKS,
        "and books.known_from <= since:",
        "and books.known_from:",
        EDGES,
    ),
    Fault(
        "what_is_held_of_old_periods_not_read",
        BOOKS,
        "(usage_counter.c.period_start >= since) | (usage_counter.c.held > 0),",
        "usage_counter.c.period_start >= since,",
        FOUND,
    ),
    Fault(
        "held_balance_spent_again",
        BOOKS,
        'balance_nanos=purse["posted_nanos"] - purse["held_nanos"],',
        'balance_nanos=purse["posted_nanos"],',
        EDGES,
    ),
    Fault(
        "books_not_locked",
        BOOKS,
        '"ORDER BY organization_id {locked}"',
        '"ORDER BY organization_id"',
        CROWDS,
        POSTGRESQL,
    ),
    Fault(
        "books_of_a_batch_left_in_the_cache",
        CACHE,
        "return self._books.pop(organization_id, None)",
        "return self._books.get(organization_id)",
        EDGES,
    ),
    Fault(
        "books_kept_before_the_commit",
        CHARGE_EVENTS,
        "    uow.after_commit(lambda: keep(books))",
        "    uow.books.keep(batch.books.values())",
        EDGES,
    ),
    Fault(
        "postings_may_be_changed",
        f"{MIGRATIONS}/0002_facts_never_change.py",
        '    "ledger_posting",\n',
        "",
        DECIDING,
    ),
    Fault(
        "grants_change_without_the_books",
        f"{MIGRATIONS}/0003_books_and_holds.py",
        'FOLLOWED = ("credit_grant", "wallet",',
        'FOLLOWED = ("wallet",',
        ("tests/adapters/database", *SEQUENCES),
    ),
)

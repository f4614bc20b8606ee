"""Hash the sealed entries again and add them up by day, and name what differs from what was written down."""

from collections.abc import Iterator

from billing_core.domain.clock import from_micros
from billing_core.domain.seals import SEQ_BEFORE_ALL, DayTotals, Seal, add_totals, problem_with_seal
from billing_core.services.ledger.ports import SealStore
from billing_core.services.verification.ports import Finding

FINDINGS_MAX = 100
NONE = (0, 0)


def verify_seals(store: SealStore) -> Iterator[Finding]:
    """Blocks whose entries were changed, and days that are not what their entries add up to."""
    previous: Seal | None = None
    by_organization: DayTotals = {}
    by_day: DayTotals = {}
    found = 0
    while seals := store.seals_after(previous.block if previous else 0):
        for seal in seals:
            block = store.block_after(previous.last_seq if previous else SEQ_BEFORE_ALL, seal.last_seq)
            problem = problem_with_seal(previous, seal, block)
            if problem is not None and found < FINDINGS_MAX:
                found += 1
                yield Finding("sealed entries never change", f"ledger_seal {seal.block}", problem)
            for (organization_id, account, currency, day), total in block.totals_by_day().items():
                add_totals(by_organization, {(organization_id, account, currency, 0): total})
                add_totals(by_day, {("", account, currency, day): total})
            previous = seal
    yield from _differences(store.days(by_organization=True), by_organization)
    yield from _differences(store.days(by_organization=False), by_day)


def _differences(kept: DayTotals, made: DayTotals) -> Iterator[Finding]:
    differing = sorted(key for key in kept.keys() | made.keys() if kept.get(key, NONE) != made.get(key, NONE))
    for key in differing[:FINDINGS_MAX]:
        organization_id, account, currency, day = key
        debits, credits = (f"{kept.get(key, NONE)[side]} and not {made.get(key, NONE)[side]}" for side in (0, 1))
        yield Finding(
            "days equal their postings",
            f"ledger_day {organization_id or from_micros(day).date().isoformat()} {account} {currency}",
            f"it has debits of {debits} nanos, credits of {credits}",
        )

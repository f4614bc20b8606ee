"""Statements and trial balances are what the postings add up to, wherever the seals and the periods lie."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing_core.domain.errors import InvalidInput, NotFound
from billing_core.domain.ids import new_id
from billing_core.domain.ledger import Account, Entry, Posting, move
from billing_core.domain.money import NANOS_MAX, Money
from billing_core.domain.periods import Period
from billing_core.domain.statements import Place, Statement
from billing_core.services.ledger.account_statement import account_statement
from billing_core.services.ledger.trial_balance import trial_balance
from tests.builders import usd
from tests.product import Product, a_product

START = datetime(2026, 11, 1, tzinfo=UTC)
ACCOUNTS = (Account.BALANCE, Account.MANUAL_CLEARING, Account.USAGE_REVENUE)


@dataclass(frozen=True)
class Recorded:
    """A posting as the naive reckoning knows it."""

    organization_id: str
    recorded_at: datetime
    posting: Posting


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    product = a_product(tmp_path)
    yield product
    product.close()


@pytest.fixture
def facts() -> list[Recorded]:
    return []


def record(product: Product, owner: str, at: datetime, postings: list[Posting], what: str = "Something") -> None:
    entry_id = new_id("ent", at)
    entry = Entry(
        id=entry_id,
        organization_id=owner,
        kind="test",
        description=what,
        operation=entry_id,
        effective_at=at - timedelta(hours=1),
        recorded_at=at,
        postings=postings,
    )
    with product.write() as uow:
        uow.ledger.append([entry])


def statement(
    product: Product, owner: str, period: Period, after: Place | None = None, lines_max: int = 1_000
) -> Statement:
    with product.read() as uow:
        return account_statement(uow, owner, Account.BALANCE, "USD", period, after=after, lines_max=lines_max)


@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_statement_of_november(product: Product, is_sealed: bool) -> None:
    owner, other = product.organization(), product.organization("Other")
    for who, day, amount, what in (
        (owner, -1, "100", "October"),
        (owner, 0, "20", "First instant"),
        (other, 3, "500", "Not mine"),
        (owner, 3, "7.50", "Later"),
        (owner, 30, "1", "December"),
    ):
        paid = move(Account.MANUAL_CLEARING, Account.BALANCE, usd(amount))
        record(product, who, START + timedelta(days=day), paid, what)
    record(product, owner, START + timedelta(days=5), move(Account.BALANCE, Account.USAGE_REVENUE, usd("30")), "Usage")
    if is_sealed:
        product.seal_ledger()
    found = statement(product, owner, Period(START, START + timedelta(days=30)))
    assert found.opening_nanos == usd("-100").nanos
    assert [(item.line.description, item.line.amount_nanos, item.balance_nanos) for item in found.lines] == [
        ("First instant", usd("-20").nanos, usd("-120").nanos),
        ("Later", usd("-7.50").nanos, usd("-127.50").nanos),
        ("Usage", usd("30").nanos, usd("-97.50").nanos),
    ]
    assert (found.closing_nanos, found.next_after) == (usd("-97.50").nanos, None)


def test_pages_begin_where_the_page_before_ended_also_within_an_instant(product: Product) -> None:
    owner = product.organization()
    two_lines = [
        *move(Account.MANUAL_CLEARING, Account.BALANCE, usd("1")),
        *move(Account.BALANCE, Account.TAX, usd("3")),
    ]
    for _ in range(3):
        record(product, owner, START, two_lines)
    period = Period(START, START + timedelta(microseconds=1))
    whole = statement(product, owner, period)
    assert [item.balance_nanos for item in whole.lines] == [usd(text).nanos for text in ("-1", "2", "1", "4", "3", "6")]
    lines, after = [], None
    for size in (1, 3, 1, 1):
        page = statement(product, owner, period, after, size)
        lines += page.lines
        after = page.next_after
    assert (lines, after) == (whole.lines, None)


MOMENTS = st.builds(
    lambda days, micros: START + timedelta(days=days, microseconds=micros),
    st.integers(0, 3),
    st.sampled_from([0, 1, 86_399_999_999]) | st.integers(0, 86_399_999_999),
)
ENTRIES = st.tuples(
    st.integers(0, 1),
    MOMENTS,
    st.sampled_from([(0, 1), (1, 2), (2, 0), (0, 2)]),
    st.integers(1, NANOS_MAX // 200),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(ENTRIES | st.just("seal"), max_size=25),
    bounds=st.tuples(MOMENTS, MOMENTS).map(sorted),
    lines_max=st.integers(1, 5),
)
def test_every_balance_is_what_the_postings_before_it_add_up_to(
    product: Product, facts: list[Recorded], steps: list[object], bounds: list[datetime], lines_max: int
) -> None:
    """Each example adds to what those before it recorded, with organizations of its own."""
    owners = [product.organization(new_id("Owner", START)) for _ in range(2)]
    for step in steps:
        if not isinstance(step, tuple):
            product.seal_ledger()
            continue
        index, at, (debit, credit), nanos = step
        postings = move(ACCOUNTS[debit], ACCOUNTS[credit], Money(nanos, "USD"))
        record(product, owners[index], at, postings)
        facts += [Recorded(owners[index], at, posting) for posting in postings]
    period = Period(*bounds)
    check_statement(product, owners[0], period, facts, lines_max)
    check_trial_balance(product, None, period, facts)
    check_trial_balance(product, owners[1], period, [fact for fact in facts if fact.organization_id == owners[1]])


def check_statement(product: Product, owner: str, period: Period, facts: list[Recorded], lines_max: int) -> None:
    mine = [fact for fact in facts if fact.organization_id == owner and fact.posting.account is Account.BALANCE]
    page = statement(product, owner, period, lines_max=lines_max)
    assert page.opening_nanos == balance(mine, period.start)
    assert page.closing_nanos == balance(mine, period.end)
    amounts, last = [], page.opening_nanos
    while True:
        assert page.brought_forward_nanos == last
        amounts += [item.line.amount_nanos for item in page.lines]
        last = page.lines[-1].balance_nanos if page.lines else last
        if page.next_after is None:
            break
        assert len(page.lines) == lines_max
        page = statement(product, owner, period, page.next_after, lines_max)
    assert last == page.closing_nanos
    in_order = sorted((fact for fact in mine if fact.recorded_at in period), key=lambda fact: fact.recorded_at)
    assert amounts == [fact.posting.amount_nanos for fact in in_order]


def check_trial_balance(product: Product, owner: str | None, period: Period, facts: list[Recorded]) -> None:
    with product.read() as uow:
        rows = trial_balance(uow, period, owner)
    expected: defaultdict[Account, list[int]] = defaultdict(lambda: [0, 0, 0])
    for fact in facts:
        nanos = fact.posting.amount_nanos
        if fact.recorded_at < period.end:
            place = 0 if fact.recorded_at < period.start else 1 if nanos > 0 else 2
            expected[fact.posting.account][place] += nanos if place < 2 else -nanos
    assert {row.account: [row.opening_nanos, row.debit_nanos, row.credit_nanos] for row in rows} == expected
    assert sum(row.debit_nanos - row.credit_nanos for row in rows) == 0
    assert sum(row.closing_nanos for row in rows) == 0


def balance(facts: list[Recorded], until: datetime) -> int:
    return sum(fact.posting.amount_nanos for fact in facts if fact.recorded_at < until)


def test_sums_beyond_what_a_database_counts_are_exact(product: Product) -> None:
    largest = Money(NANOS_MAX - 1, "USD")
    for number in range(3):
        owner = product.organization(f"Owner {number}")
        record(product, owner, START, move(Account.MANUAL_CLEARING, Account.BALANCE, largest))
    for _ in range(2):
        with product.read() as uow:
            rows = trial_balance(uow, Period(START, START + timedelta(days=1)))
        assert [(row.account, row.closing_nanos) for row in rows] == [
            (Account.MANUAL_CLEARING, 3 * largest.nanos),
            (Account.BALANCE, -3 * largest.nanos),
        ]
        product.seal_ledger()


def test_a_statement_nobody_can_have_names_the_field(product: Product) -> None:
    owner = product.organization()
    period = Period(START, START + timedelta(days=1))
    with pytest.raises(NotFound, match="org_nobody"):
        statement(product, "org_nobody", period)
    with pytest.raises(InvalidInput, match="from 1 to 1000 lines, not 0"):
        statement(product, owner, period, lines_max=0)
    with product.read() as uow, pytest.raises(InvalidInput, match="XYZ"):
        account_statement(uow, owner, Account.BALANCE, "XYZ", period)

"""The books of organizations: locked, read once, and kept between batches as long as nothing else changed them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from billing_core.adapters.database.books_cache import books_cache
from billing_core.adapters.database.budget_store import BudgetStore
from billing_core.adapters.database.credit_store import grant_state
from billing_core.adapters.database.prepared import SetQuery
from billing_core.adapters.database.schema.credits import credit_grant, wallet
from billing_core.adapters.database.schema.organizations import organization
from billing_core.adapters.database.schema.usage import usage_counter
from billing_core.adapters.database.subscription_store import SubscriptionStore
from billing_core.adapters.database.top_up_store import TopUpStore
from billing_core.domain.books import Books
from billing_core.domain.budgets import Budgets
from billing_core.domain.periods import time_zone

_VERSIONS = SetQuery(
    "SELECT organization_id, version FROM books WHERE organization_id IN (SELECT value ->> 0 FROM {asked}) "
    "ORDER BY organization_id {locked}"
)
_GRANT_IS_OPEN = credit_grant.c.granted_nanos > (
    credit_grant.c.allocated_nanos + credit_grant.c.expired_nanos + credit_grant.c.voided_nanos
)


class BooksStore:
    """One row of `books` per organization: whoever holds it may change the organization's money, credits, counters.

    `touched` are those locked, with the books as they were committed where they are known.
    """

    def __init__(
        self, connection: Connection, subscriptions: SubscriptionStore, budgets: BudgetStore, top_ups: TopUpStore
    ) -> None:
        self._connection = connection
        self._subscriptions = subscriptions
        self._budgets = budgets
        self._top_ups = top_ups
        self._cache = books_cache(connection.engine)
        self.touched: dict[str, Books | None] = {}

    def lock(self, organization_ids: Iterable[str]) -> Mapping[str, int]:
        """Keep others from changing these books until the transaction ends; the version of each that exists.

        In sorted order, so that none deadlock. On SQLite the writer is alone anyway.
        """
        asked = [[organization_id] for organization_id in sorted(set(organization_ids))]
        versions = {row[0]: row[1] for row in _VERSIONS.rows(self._connection, asked)}
        self.touched |= dict.fromkeys(versions)
        return versions

    def open(self, organization_ids: Iterable[str], since: datetime) -> dict[str, Books]:
        """The books of those organizations that exist, locked, with the counters of periods that begin after `since`.

        They belong to this transaction; `keep` gives back those that were committed.
        """
        opened: dict[str, Books] = {}
        stale: dict[str, int] = {}
        for organization_id, version in self.lock(organization_ids).items():
            books = self._cache.take(organization_id)
            if books is not None and books.version == version and books.known_from <= since:
                opened[organization_id] = books
            else:
                stale[organization_id] = version
        if stale:
            opened |= self._read(stale, since)
        return opened

    def look_at(self, organization_ids: Iterable[str], since: datetime) -> Mapping[str, Books]:
        """As `open`, for readers: nothing is locked, and nothing may be written from them."""
        return self._read(dict.fromkeys(organization_ids, 0), since)

    def settle(self, books: Mapping[str, Books]) -> None:
        """Say that the changes of these books are written: they have the version that this transaction gave them."""
        for organization_id, version in self.lock(books).items():
            books[organization_id].version = version
            books[organization_id].settle_changes()

    def keep(self, books: Iterable[Books]) -> None:
        """Remember books for the next batch; only after the transaction they belong to has committed."""
        kept = list(books)
        self.touched |= {item.organization_id: item for item in kept}
        self._cache.put(kept)

    def _read(self, versions: Mapping[str, int], since: datetime) -> dict[str, Books]:
        ids = sorted(versions)
        subscriptions = self._subscriptions.history(ids)
        grants = self._by_organization(
            select(credit_grant).where(credit_grant.c.organization_id.in_(ids), _GRANT_IS_OPEN)
        )
        counters = self._by_organization(
            # What is held is always there: a hold may be resolved long after the period it was made in.
            select(usage_counter).where(
                usage_counter.c.organization_id.in_(ids),
                (usage_counter.c.period_start >= since) | (usage_counter.c.held > 0),
            )
        )
        wallets = {
            (row["organization_id"], row["currency"]): row
            for rows in self._by_organization(select(wallet).where(wallet.c.organization_id.in_(ids))).values()
            for row in rows
        }
        budgets = self._budgets.states(ids)
        top_ups = self._top_ups.settings(ids)
        found: dict[str, Books] = {}
        for row in self._connection.execute(select(organization).where(organization.c.id.in_(ids))):
            purse = wallets[row.id, row.currency]
            zone = time_zone(row.time_zone)
            found[row.id] = Books(
                organization_id=row.id,
                currency=row.currency,
                zone=zone,
                subscriptions=subscriptions.get(row.id, ()),
                grants=sorted(map(grant_state, grants[row.id]), key=lambda state: state.grant.burn_key),
                balance_nanos=purse["posted_nanos"] - purse["held_nanos"],
                owed_nanos=purse["owed_nanos"],
                counters={(item["measure"], item["period_start"]): item["used"] for item in counters[row.id]},
                held={
                    (item["measure"], item["period_start"]): item["held"] for item in counters[row.id] if item["held"]
                },
                top_up=top_ups.get(row.id),
                budgets=Budgets(zone, budgets.get(row.id, ())),
                version=versions[row.id],
                known_from=since,
            )
        return found

    def _by_organization(self, statement: Select[Any]) -> Mapping[str, Sequence[RowMapping]]:
        found: defaultdict[str, list[RowMapping]] = defaultdict(list)
        for row in self._connection.execute(statement).mappings():
            found[row["organization_id"]].append(row)
        return found

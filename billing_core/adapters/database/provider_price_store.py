"""Provider prices on SQL: rows are only ever added, and a model is found by its name or by its aliases."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, or_, select, tuple_

from billing_core.adapters.database.bulk_insert import bulk_insert, bulk_upsert
from billing_core.adapters.database.catalog_cache import kept
from billing_core.adapters.database.schema.catalog import provider_model_alias, provider_price
from billing_core.adapters.provider_prices.price_many import price_many
from billing_core.domain.errors import InvalidInput
from billing_core.domain.ids import new_ids
from billing_core.domain.model_match import find_model, sellers_of
from billing_core.domain.provider_prices import OVERRIDE, PriceBook, ProviderPrice
from billing_core.domain.usage_columns import UsageColumns

Pair = tuple[str, str]
_COLUMNS = (
    "provider",
    "model",
    "token_kind",
    "nanos_per_mtok",
    "currency",
    "effective_from",
    "source",
    "source_version",
    "service_tier",
    "input_tokens_over",
    "precedence",
    "attos_per_mtok",
    "day_second",
    "effective_until",
    "reason",
)
BOOKS_MAX = 2_000
_KEY = tuple_(provider_price.c.provider, provider_price.c.model)


class ProviderPriceStore:
    """What providers charge, by provider and model."""

    _has_written_prices = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def price_books(self, pairs: Iterable[Pair]) -> Mapping[Pair, PriceBook | None]:
        """The price book of each reported (provider, model), None where no model of that name is known."""
        # A transaction that adds prices itself may yet be rolled back, and others must not see them before it commits.
        books: dict[Pair, PriceBook | None] = (
            {} if self._has_written_prices else kept(self._connection, "provider_prices", dict[Pair, PriceBook | None])
        )
        wanted = set(pairs)
        if missing := wanted - books.keys():
            if len(books) > BOOKS_MAX:
                books.clear()
                missing = wanted
            books |= self._find_books(missing)
        return {pair: books[pair] for pair in wanted}

    def provider_costs(self, usage: UsageColumns) -> tuple[Sequence[int | None], Sequence[str]]:
        """Nanos of each row by the prices in force at its time (None: unpriced), and the currency of each."""
        pairs = list(zip(usage.provider, usage.model, strict=True))
        books = self.price_books({(provider, model) for provider, model in set(pairs) if provider and model})
        currencies = {pair: "" if book is None else book.currency for pair, book in books.items()}
        named = [currencies.get((provider or "", model or ""), "") for provider, model in pairs]
        return price_many(books, usage).to_list(), named

    def _find_books(self, pairs: Iterable[Pair]) -> dict[Pair, PriceBook | None]:
        """Where a name has no prices but overrides, these come on top of the prices it has without them."""
        rows: dict[Pair, list[RowMapping]] = {pair: [] for pair in pairs}
        sellers = {pair: list(sellers_of(pair[0])) for pair in rows}
        while sellers:
            for pair, found in self._rows_of(
                {pair: (names.pop(0), pair[1]) for pair, names in sellers.items()}
            ).items():
                rows[pair] += found
            sellers = {pair: names for pair, names in sellers.items() if names and _are_overrides(rows[pair])}
        return {pair: PriceBook(map(_price, found)) if found else None for pair, found in rows.items()}

    def known_models(self) -> Sequence[Pair]:
        """Every (provider, model) that has a price, in order."""
        statement = select(provider_price.c.provider, provider_price.c.model).distinct().order_by("provider", "model")
        return [(row.provider, row.model) for row in self._connection.execute(statement)]

    def models_listed(
        self, *, provider: str | None, model: str | None, after: Pair | None, but_source: str | None, count_max: int
    ) -> Sequence[Pair]:
        """The (provider, model) behind `after` that have a price from another source than `but_source`, in order."""
        key = provider_price.c
        statement = select(key.provider, key.model).distinct().order_by(key.provider, key.model).limit(count_max)
        if provider is not None:
            statement = statement.where(key.provider == provider)
        if model is not None:
            statement = statement.where(key.model == model)
        if after is not None:
            is_behind = and_(key.provider == after[0], key.model > after[1])
            statement = statement.where(or_(key.provider > after[0], is_behind))
        if but_source is not None:
            statement = statement.where(key.source != but_source)
        return [(row.provider, row.model) for row in self._connection.execute(statement)]

    def recorded_prices(self, pairs: Iterable[Pair]) -> Mapping[Pair, Sequence[ProviderPrice]]:
        """All rows that stand under these names, in the order they were recorded."""
        return {pair: [_price(row) for row in rows] for pair, rows in self._rows(pairs).items()}

    def provider_prices(self, source: str) -> Sequence[ProviderPrice]:
        """All rows of a source, in the order they were recorded."""
        statement = select(provider_price).where(provider_price.c.source == source)
        return [_price(row) for row in self._connection.execute(statement.order_by(*_RECORDED)).mappings()]

    def provider_price_page(
        self,
        *,
        provider: str | None,
        model: str | None,
        source: str | None,
        after: tuple[str, str, str] | None,
        count_max: int,
    ) -> Sequence[tuple[str, ProviderPrice]]:
        """Rows with their ids by provider and model, as they were recorded, that come after (provider, model, id)."""
        statement = select(provider_price).order_by(*_IN_PAGES).limit(count_max)
        for column, wanted in zip(_IN_PAGES, (provider, model), strict=False):
            if wanted is not None:
                statement = statement.where(column == wanted)
        if source is not None:
            statement = statement.where(provider_price.c.source == source)
        if after is not None:
            statement = statement.where(tuple_(*_IN_PAGES) > after)
        return [(row["id"], _price(row)) for row in self._connection.execute(statement).mappings()]

    def has_source_version(self, source: str, source_version: str) -> bool:
        """Whether the model names were last taken over from that version of a source."""
        statement = select(provider_model_alias.c.model).where(
            provider_model_alias.c.source == source, provider_model_alias.c.source_version == source_version
        )
        return self._connection.execute(statement.limit(1)).first() is not None

    def add_provider_prices(self, prices: Sequence[ProviderPrice], now: datetime) -> None:
        """Insert rows; none of them may be there already. InvalidInput when a model would have two currencies."""
        self._check_currencies(prices)
        self._has_written_prices = True
        ids = new_ids("prc", now, len(prices))
        rows = [
            {"id": row_id, "recorded_at": now} | {name: getattr(price, name) for name in _COLUMNS}
            for row_id, price in zip(ids, prices, strict=True)
        ]
        bulk_insert(self._connection, provider_price, rows)

    def _check_currencies(self, prices: Sequence[ProviderPrice]) -> None:
        """The cost of a call is one number: all prices of a model are in one currency."""
        known: dict[Pair, str] = {
            (row.provider, row.model): row.currency
            for row in self._connection.execute(
                select(provider_price.c.provider, provider_price.c.model, provider_price.c.currency).distinct()
            )
        }
        for price in prices:
            currency = known.setdefault((price.provider, price.model), price.currency)
            if currency != price.currency:
                raise InvalidInput(
                    f"A price of {price.provider} {price.model} is in {price.currency}; its others are in {currency}.",
                    field="currency",
                )

    def save_model_aliases(self, aliases: Mapping[Pair, Mapping[str, Any]], source: str, source_version: str) -> None:
        """Insert or replace the clause of each model: other names it goes by."""
        self._has_written_prices = True
        rows = [
            {"provider": provider, "model": model, "match": clause, "source": source, "source_version": source_version}
            for (provider, model), clause in aliases.items()
        ]
        bulk_upsert(self._connection, provider_model_alias, rows, update=("match", "source", "source_version"))

    def _rows_of(self, asked: Mapping[Pair, Pair]) -> dict[Pair, list[RowMapping]]:
        """The rows of reported pairs under one seller's name: by the model's name first, then by its aliases."""
        rows = self._rows({name for named in asked.values() for name in _spellings(named)})
        found = {
            pair: list(next((rows[name] for name in _spellings(named) if name in rows), ()))
            for pair, named in asked.items()
        }
        aliased = self._by_alias({pair: named for pair, named in asked.items() if _are_overrides(found[pair])})
        aliased = {pair: name for pair, name in aliased.items() if name not in _spellings(asked[pair])}
        rows = self._rows(set(aliased.values()))
        for pair, name in aliased.items():
            found[pair] += rows.get(name, ())
        return found

    def _rows(self, names: Iterable[Pair]) -> dict[Pair, list[RowMapping]]:
        found: defaultdict[Pair, list[RowMapping]] = defaultdict(list)
        if keys := sorted(names):
            statement = select(provider_price).where(_KEY.in_(keys)).order_by(*_RECORDED)
            for row in self._connection.execute(statement).mappings():
                found[row["provider"], row["model"]].append(row)
        return dict(found)

    def _by_alias(self, unknown: Mapping[Pair, Pair]) -> dict[Pair, Pair]:
        """For reported names, the names their prices stand under."""
        statement = (
            select(provider_model_alias)
            .where(provider_model_alias.c.provider.in_(sorted({provider for provider, _ in unknown.values()})))
            .order_by(provider_model_alias.c.model)
        )
        clauses: defaultdict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
        for row in self._connection.execute(statement).mappings():
            clauses[row["provider"]][row["model"]] = row["match"]
        found = {pair: (provider, find_model(model, clauses[provider])) for pair, (provider, model) in unknown.items()}
        return {pair: (provider, model) for pair, (provider, model) in found.items() if model is not None}


_IN_PAGES = (provider_price.c.provider, provider_price.c.model, provider_price.c.id)
# A later row for the same date is a correction of the earlier one: the price book takes the last it is given.
_RECORDED = (provider_price.c.recorded_at, provider_price.c.id)


def _are_overrides(rows: Sequence[RowMapping]) -> bool:
    return all(row["source"] == OVERRIDE for row in rows)


def _spellings(named: Pair) -> tuple[Pair, ...]:
    return named, (named[0], named[1].lower())


def _price(row: RowMapping) -> ProviderPrice:
    return ProviderPrice(**{name: row[name] for name in _COLUMNS})

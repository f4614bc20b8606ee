"""Provider prices on SQL: rows are only ever added, and a model is found by its name or by its aliases."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, tuple_

from billing_core.adapters.database.schema.catalog import provider_model_alias, provider_price
from billing_core.adapters.database.upsert import upsert
from billing_core.domain.ids import new_ids
from billing_core.domain.model_match import find_model, provider_name
from billing_core.domain.provider_prices import PriceBook, ProviderPrice

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
)
_KEY = tuple_(provider_price.c.provider, provider_price.c.model)


class ProviderPriceStore:
    """What providers charge, by provider and model."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def price_books(self, pairs: Iterable[Pair]) -> Mapping[Pair, PriceBook | None]:
        """The price book of each reported (provider, model), None where no model of that name is known."""
        wanted = {pair: (provider_name(pair[0]), pair[1]) for pair in pairs}
        rows = self._rows({name for pair in wanted.values() for name in (pair, (pair[0], pair[1].lower()))})
        meant = {pair: _spelt(named, rows) or named for pair, named in wanted.items()}
        unknown = {pair: named for pair, named in meant.items() if named not in rows}
        if unknown:
            aliased = self._by_alias(unknown)
            rows |= self._rows(set(aliased.values()) - rows.keys())
            meant |= aliased
        books = {named: PriceBook(map(_price, found)) for named, found in rows.items()}
        return {pair: books.get(named) for pair, named in meant.items()}

    def known_models(self) -> Sequence[Pair]:
        """Every (provider, model) that has a price, in order."""
        statement = select(provider_price.c.provider, provider_price.c.model).distinct().order_by("provider", "model")
        return [(row.provider, row.model) for row in self._connection.execute(statement)]

    def provider_prices(self, source: str) -> Sequence[ProviderPrice]:
        """All rows of a source, in the order they were recorded."""
        statement = select(provider_price).where(provider_price.c.source == source)
        return [_price(row) for row in self._connection.execute(statement.order_by(*_RECORDED)).mappings()]

    def has_source_version(self, source: str, source_version: str) -> bool:
        """Whether that version of a source was imported before."""
        statement = select(provider_price.c.id).where(
            provider_price.c.source == source, provider_price.c.source_version == source_version
        )
        return self._connection.execute(statement.limit(1)).first() is not None

    def add_provider_prices(self, prices: Sequence[ProviderPrice], now: datetime) -> None:
        """Insert rows; none of them may be there already."""
        ids = new_ids("prc", now, len(prices))
        rows = [
            {"id": row_id, "recorded_at": now} | {name: getattr(price, name) for name in _COLUMNS}
            for row_id, price in zip(ids, prices, strict=True)
        ]
        if rows:
            self._connection.execute(insert(provider_price), rows)

    def save_model_aliases(self, aliases: Mapping[Pair, Mapping[str, Any]], source: str, source_version: str) -> None:
        """Insert or replace the clause of each model: other names it goes by."""
        rows = [
            {"provider": provider, "model": model, "match": clause, "source": source, "source_version": source_version}
            for (provider, model), clause in aliases.items()
        ]
        if rows:
            changed = ("match", "source", "source_version")
            self._connection.execute(upsert(self._connection, provider_model_alias, update=changed), rows)

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


# A later row for the same date is a correction of the earlier one: the price book takes the last it is given.
_RECORDED = (provider_price.c.recorded_at, provider_price.c.id)


def _spelt(named: Pair, rows: Mapping[Pair, object]) -> Pair | None:
    lower = (named[0], named[1].lower())
    return named if named in rows else lower if lower in rows else None


def _price(row: RowMapping) -> ProviderPrice:
    return ProviderPrice(**{name: row[name] for name in _COLUMNS})

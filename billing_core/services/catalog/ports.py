"""What the catalogue needs from storage."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from billing_core.domain.catalog import Feature, PackageOffer, Plan, VersionRecord
from billing_core.domain.provider_prices import PriceBook, ProviderPrice
from billing_core.services.alerts.ports import AlertStore
from billing_core.services.audit.ports import AuditUnit


class ProviderPriceStore(Protocol):
    """Dated provider prices, which are only ever added."""

    def provider_prices(self, source: str) -> Sequence[ProviderPrice]: ...
    def has_source_version(self, source: str, source_version: str) -> bool: ...
    def add_provider_prices(self, prices: Sequence[ProviderPrice], now: datetime) -> None: ...
    def save_model_aliases(
        self, aliases: Mapping[tuple[str, str], Mapping[str, Any]], source: str, source_version: str
    ) -> None: ...


class FeatureStore(Protocol):
    """What plans grant and events use."""

    def features(self) -> Sequence[Feature]: ...
    def save_features(self, features: Sequence[Feature], now: datetime) -> None: ...


class CatalogStore(FeatureStore, ProviderPriceStore, Protocol):
    """Features, plans, packages and provider prices."""

    def plans(self) -> Sequence[Plan]: ...
    def save_plans(self, plans: Sequence[Plan], now: datetime) -> None: ...
    def version_records(self, plan_code: str | None = None) -> Sequence[VersionRecord]: ...
    def add_versions(self, records: Sequence[VersionRecord]) -> None: ...
    def package_offers(self) -> Sequence[PackageOffer]: ...
    def add_package_offers(self, offers: Sequence[PackageOffer]) -> None: ...


class CatalogUnit(Protocol):
    """The parts of a unit of work that the catalogue's files are loaded into."""

    @property
    def catalog(self) -> CatalogStore: ...
    @property
    def alerts(self) -> AlertStore: ...


class PriceOverrideStore(ProviderPriceStore, Protocol):
    """Provider prices, and what they come to for a model."""

    def price_books(self, pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], PriceBook | None]: ...


class PriceOverrideUnit(AuditUnit, Protocol):
    """The parts of a unit of work that overriding a price uses."""

    @property
    def catalog(self) -> PriceOverrideStore: ...

"""The catalogue on SQL: features, plans and their versions, credit packages, provider prices."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, insert, select

from billing_core.adapters.database.catalog_cache import kept
from billing_core.adapters.database.plan_store import PlanStore
from billing_core.adapters.database.provider_price_store import ProviderPriceStore
from billing_core.adapters.database.schema.catalog import credit_package, feature
from billing_core.adapters.database.upsert import upsert
from billing_core.domain.catalog import Feature, PackageOffer
from billing_core.domain.credits import CreditPackage
from billing_core.domain.document_reader import did_you_mean
from billing_core.domain.errors import NotFound
from billing_core.domain.money import CREDITS, Money


class CatalogStore(PlanStore, ProviderPriceStore):
    """Everything that is sold and what providers charge."""

    def features(self) -> Sequence[Feature]:
        """All features by code, retired ones too."""
        rows = self._connection.execute(select(feature).order_by(feature.c.code)).mappings()
        return [_feature(row) for row in rows]

    def feature(self, code: str) -> Feature:
        """One feature; NotFound naming it and the features there are."""
        known = {item.code: item for item in self.features()}
        if code not in known:
            raise NotFound(
                f"There is no feature {code!r}.{did_you_mean(code, known)} The features are: {', '.join(known)}.",
                field="feature",
            )
        return known[code]

    def feature_codes(self) -> frozenset[str]:
        """The codes of all features."""
        return kept(self._connection, "features", lambda: frozenset(self._connection.scalars(select(feature.c.code))))

    def save_features(self, features: Iterable[Feature], now: datetime) -> None:
        """Insert features, or change those that exist; how one is counted stays as it was."""
        rows = [
            {
                "code": item.code,
                "name": item.name,
                "description": item.description,
                "unit": item.unit,
                "units_per_display_unit": item.units_per_display_unit,
                "display_unit": item.display_unit,
                "aggregation": item.aggregation,
                "is_active": item.is_active,
                "created_at": now,
            }
            for item in features
        ]
        if rows:
            changed = ("name", "description", "display_unit", "units_per_display_unit", "is_active")
            self._connection.execute(upsert(self._connection, feature, update=changed), rows)

    def package_offers(self) -> Sequence[PackageOffer]:
        """Every offer ever made, by package and date."""
        statement = select(credit_package).order_by(credit_package.c.code, credit_package.c.effective_from)
        return [_offer(row) for row in self._connection.execute(statement).mappings()]

    def packages_on_sale(self, at: datetime) -> Sequence[CreditPackage]:
        """The packages on sale at a time, the smallest first."""
        latest = {offer.package.code: offer for offer in self.package_offers() if offer.effective_from <= at}
        on_sale = [offer.package for offer in latest.values() if offer.is_active]
        return sorted(on_sale, key=lambda package: (package.credits.nanos, package.code))

    def package_on_sale(self, code: str, at: datetime) -> CreditPackage:
        """The package of that code as it is sold at a time; NotFound naming it and what is on sale."""
        on_sale = {package.code: package for package in self.packages_on_sale(at)}
        if code not in on_sale:
            names = ", ".join(on_sale) or "none"
            raise NotFound(
                f"There is no credit package {code!r} on sale.{did_you_mean(code, on_sale)} On sale: {names}.",
                field="package",
            )
        return on_sale[code]

    def package(self, package_id: str) -> CreditPackage:
        """A package as it was offered once, whether or not it still is; NotFound when there is none."""
        row = (
            self._connection.execute(select(credit_package).where(credit_package.c.id == package_id)).mappings().first()
        )
        if row is None:
            raise NotFound(f"There is no credit package {package_id!r}.", field="package")
        return _offer(row).package

    def add_package_offers(self, offers: Sequence[PackageOffer]) -> None:
        """Insert offers; none of them may be there already."""
        rows = [
            {
                "id": offer.package.id,
                "code": offer.package.code,
                "name": offer.package.name,
                "credits_nanos": offer.package.credits.nanos,
                "price_nanos": offer.package.price.nanos,
                "currency": offer.package.price.currency,
                "valid_months": offer.package.valid_months,
                "effective_from": offer.effective_from,
                "is_active": offer.is_active,
            }
            for offer in offers
        ]
        if rows:
            self._connection.execute(insert(credit_package), rows)


def _feature(row: RowMapping) -> Feature:
    return Feature(
        code=row["code"],
        name=row["name"],
        description=row["description"],
        unit=row["unit"],
        display_unit=row["display_unit"],
        units_per_display_unit=row["units_per_display_unit"],
        aggregation=row["aggregation"],
        is_active=row["is_active"],
    )


def _offer(row: RowMapping) -> PackageOffer:
    package = CreditPackage(
        id=row["id"],
        code=row["code"],
        name=row["name"],
        credits=Money(row["credits_nanos"], CREDITS),
        price=Money(row["price_nanos"], row["currency"]),
        valid_months=row["valid_months"],
    )
    return PackageOffer(package, row["effective_from"], row["is_active"])

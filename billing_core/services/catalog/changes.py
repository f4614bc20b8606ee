"""What the files say that the system of record does not yet, and where they contradict what was loaded before."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from billing_core.domain.catalog import Feature, PackageOffer, Plan, VersionRecord
from billing_core.domain.credits import CreditPackage
from billing_core.domain.document_reader import Problem
from billing_core.domain.ids import new_id
from billing_core.domain.plans import PlanVersion
from billing_core.domain.provider_prices import ProviderPrice
from billing_core.services.catalog.catalog_entries import Catalog, PackageEntry, PlanEntry, VersionEntry
from billing_core.services.catalog.ports import CatalogStore
from billing_core.services.catalog.read_provider_prices import SOURCE

APPEND = "Entries are never changed; append a new dated entry instead."
GONE = "was loaded before and is gone. Entries are never taken out; put it back."


@dataclass(slots=True)
class Changes:
    """What a load would write; with problems, nothing. A problem carries the name of its file."""

    features: list[Feature] = field(default_factory=list[Feature])
    features_added: int = 0
    plans: list[Plan] = field(default_factory=list[Plan])
    plans_added: int = 0
    versions: list[VersionRecord] = field(default_factory=list[VersionRecord])
    offers: list[PackageOffer] = field(default_factory=list[PackageOffer])
    prices: list[ProviderPrice] = field(default_factory=list[ProviderPrice])
    problems: list[tuple[str, Problem]] = field(default_factory=list[tuple[str, Problem]])

    def refuse(self, file: str, path: str, message: str) -> None:
        """Record a contradiction with what was loaded before."""
        self.problems.append((file, Problem(path, message)))


def changes_of(store: CatalogStore, catalog: Catalog, now: datetime) -> Changes:
    """Compare the files with what is stored."""
    changes = Changes()
    _features(changes, store, catalog)
    _plans(changes, store, catalog, now)
    _packages(changes, store, catalog, now)
    _provider_prices(changes, store, catalog)
    return changes


def _features(changes: Changes, store: CatalogStore, catalog: Catalog) -> None:
    stored = {feature.code: feature for feature in store.features()}
    for entry in catalog.features:
        before = stored.get(entry.feature.code)
        changes.features_added += before is None
        if before != entry.feature:
            changes.features.append(entry.feature)
        for name in ("unit", "aggregation") if before is not None else ():
            was, now_is = getattr(before, name), getattr(entry.feature, name)
            if was != now_is:
                changes.refuse(
                    "features",
                    f"{entry.path}.{name}",
                    f"is {now_is!r} and was {was!r}: use is recorded in it. Add a feature with another code instead.",
                )


def _plans(changes: Changes, store: CatalogStore, catalog: Catalog, now: datetime) -> None:
    stored = {plan.code: plan for plan in store.plans()}
    records = store.version_records()
    for entry in catalog.plans:
        changes.plans_added += entry.plan.code not in stored
        before = stored.get(entry.plan.code)
        # Archived by hand it stays archived, until it is sold again by hand.
        plan = entry.plan if before is None or before.is_active else replace(entry.plan, is_active=False)
        if plan != before:
            changes.plans.append(plan)
        own = [record for record in records if record.version.plan_code == entry.plan.code]
        _versions(changes, entry, own, now)
    named = {entry.plan.code for entry in catalog.plans}
    from_files = {record.version.plan_code for record in records if record.source == SOURCE}
    for code in sorted(from_files - named):
        changes.refuse("plans", "plans", f"has no {code!r}, which {GONE}")


def _versions(changes: Changes, plan: PlanEntry, records: list[VersionRecord], now: datetime) -> None:
    published = [record for record in records if record.effective_from is not None]
    loaded = {record.effective_from: record for record in published if record.source == SOURCE}
    newest = max((record.effective_from for record in published if record.effective_from), default=None)
    number = max((record.version.number for record in records), default=0)
    for entry in plan.versions:
        known = loaded.pop(entry.effective_from, None)
        if known is not None:
            if known.version.terms != entry.terms:
                what = f"version {known.version.number} of {plan.plan.code}, which customers may be subscribed to"
                changes.refuse("plans", entry.path, f"is not what was loaded as {what}. {APPEND}")
        elif newest is not None and entry.effective_from <= newest:
            changes.refuse(
                "plans",
                f"{entry.path}.effective_from",
                f"must be later than {newest.date()}, when the newest published version took effect.",
            )
        else:
            number += 1
            changes.versions.append(_published(plan.plan.code, number, entry, now))
    for record in loaded.values():
        changes.refuse(
            "plans", f"{plan.path}.versions", f"has no entry for {record.effective_from:%Y-%m-%d}, which {GONE}"
        )


def _published(plan_code: str, number: int, entry: VersionEntry, now: datetime) -> VersionRecord:
    return VersionRecord(
        version=PlanVersion(new_id("plv", now), plan_code, number, entry.terms),
        status="published",
        source=SOURCE,
        effective_from=entry.effective_from,
        created_at=now,
        changed_at=now,
        published_at=now,
        published_by=SOURCE,
    )


def _packages(changes: Changes, store: CatalogStore, catalog: Catalog, now: datetime) -> None:
    stored = {(offer.package.code, offer.effective_from): offer for offer in store.package_offers()}
    for entry in catalog.packages:
        known = stored.pop((entry.code, entry.effective_from), None)
        offer = _offer(entry, new_id("pkg", now) if known is None else known.package.id)
        if known is None:
            changes.offers.append(offer)
        elif known != offer:
            changes.refuse("packages", entry.path, f"is not what was loaded before. {APPEND}")
    for code, effective_from in stored:
        changes.refuse("packages", "packages", f"has no offer of {code!r} for {effective_from:%Y-%m-%d}, which {GONE}")


def _offer(entry: PackageEntry, package_id: str) -> PackageOffer:
    package = CreditPackage(package_id, entry.code, entry.name, entry.credits, entry.price, entry.valid_months)
    return PackageOffer(package, entry.effective_from, entry.is_active)


def _provider_prices(changes: Changes, store: CatalogStore, catalog: Catalog) -> None:
    stored = {_price_key(price): price for price in store.provider_prices(SOURCE)}
    for entry in catalog.provider_prices:
        for price in entry.prices:
            known = stored.pop(_price_key(price), None)
            if known is None:
                changes.prices.append(price)
            elif known != price:
                where = f"{entry.path}.{price.token_kind}"
                changes.refuse("provider_prices", where, f"is not what was loaded before. {APPEND}")
    for price in stored.values():
        name = f"{price.provider} {price.model} {price.token_kind} from {price.effective_from:%Y-%m-%d}"
        changes.refuse("provider_prices", "provider_prices", f"has no price of {name}, which {GONE}")


def _price_key(price: ProviderPrice) -> tuple[object, ...]:
    tier, over = price.service_tier, price.input_tokens_over
    return price.provider, price.model, price.token_kind, tier, over, price.effective_from

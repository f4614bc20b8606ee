"""Bring the catalogue's files into the system of record: new dated entries are added, old ones never change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.alerts import AlertRule
from billing_core.domain.ids import new_id
from billing_core.services.catalog.catalog_entries import Catalog
from billing_core.services.catalog.changes import Changes, changes_of
from billing_core.services.catalog.ports import CatalogUnit
from billing_core.services.catalog.read_catalog import read_catalog
from billing_core.services.catalog.source_file import CatalogProblem, InvalidCatalog, SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """How much a load added, and how many features and plans got another name, description, order or activity."""

    features_added: int
    features_changed: int
    plans_added: int
    plans_changed: int
    plan_versions_added: int
    packages_added: int
    provider_prices_added: int
    alert_rules_added: int

    @property
    def is_empty(self) -> bool:
        """Whether everything was there already."""
        return self == EMPTY


EMPTY = LoadReport(
    features_added=0,
    features_changed=0,
    plans_added=0,
    plans_changed=0,
    plan_versions_added=0,
    packages_added=0,
    provider_prices_added=0,
    alert_rules_added=0,
)


def load_catalog(uow: CatalogUnit, files: Mapping[str, SourceFile], now: datetime) -> LoadReport:
    """Add what is new in the files; loading them again changes nothing.

    InvalidCatalog with every problem when a file is wrong, or when an entry that was loaded before now says something
    else or is gone; then nothing is written.
    """
    catalog = read_catalog(files)
    changes = changes_of(uow.catalog, catalog, now)
    if changes.problems:
        raise InvalidCatalog(
            [
                CatalogProblem(files[name].name, files[name].line_of(problem.path), problem.path, problem.message)
                for name, problem in changes.problems
            ]
        )
    _write(uow, changes, now)
    return LoadReport(
        features_added=changes.features_added,
        features_changed=len(changes.features) - changes.features_added,
        plans_added=changes.plans_added,
        plans_changed=len(changes.plans) - changes.plans_added,
        plan_versions_added=len(changes.versions),
        packages_added=len(changes.offers),
        provider_prices_added=len(changes.prices),
        alert_rules_added=_add_alert_rules(uow, catalog, now),
    )


def _write(uow: CatalogUnit, changes: Changes, now: datetime) -> None:
    uow.catalog.save_features(changes.features, now)
    uow.catalog.save_plans(changes.plans, now)
    uow.catalog.add_versions(changes.versions)
    uow.catalog.add_package_offers(changes.offers)
    uow.catalog.add_provider_prices(changes.prices, now)


def _add_alert_rules(uow: CatalogUnit, catalog: Catalog, now: datetime) -> int:
    """The rules for all organizations are made once, kind by kind; from then on they are changed in the console."""
    present = {rule.kind for rule in uow.alerts.rules() if rule.organization_id is None}
    missing = [rule for rule in catalog.settings.alert_rules if rule.kind not in present]
    for rule in missing:
        uow.alerts.save_rule(
            AlertRule(
                id=new_id("rul", now),
                kind=rule.kind,
                organization_id=None,
                threshold=rule.threshold,
                currency=rule.currency,
                is_enabled=True,
            ),
            now,
        )
    return len(missing)

"""From the files of the catalogue to typed entries: every problem in every file is found before anything is used."""

from collections.abc import Mapping, Sequence

from billing_core.domain.document_reader import DocumentReader, did_you_mean
from billing_core.services.catalog.catalog_entries import Catalog, FeatureEntry, PlanEntry
from billing_core.services.catalog.read_features import read_features
from billing_core.services.catalog.read_packages import read_packages
from billing_core.services.catalog.read_plans import read_plans
from billing_core.services.catalog.read_provider_prices import read_provider_prices
from billing_core.services.catalog.read_settings import SETTINGS_KEYS, read_settings
from billing_core.services.catalog.source_file import InvalidCatalog, SourceFile, located

KEYS = {
    "features": ("features",),
    "plans": ("price_lists", "plans"),
    "packages": ("packages",),
    "provider_prices": ("provider_prices",),
    "settings": SETTINGS_KEYS,
}
FILES = tuple(KEYS)


def read_catalog(files: Mapping[str, SourceFile]) -> Catalog:
    """The whole catalogue; InvalidCatalog with every problem, each naming its file, line and field."""
    readers = {name: _open(files[name], KEYS[name]) for name in FILES}
    features = read_features(readers["features"])
    plans = read_plans(readers["plans"])
    catalog = Catalog(
        features=features,
        plans=plans,
        packages=read_packages(readers["packages"]),
        provider_prices=read_provider_prices(readers["provider_prices"]),
        settings=read_settings(readers["settings"]),
    )
    if not readers["features"].problems:
        _check_features_of_plans(features, plans, readers["plans"])
    problems = [problem for name in FILES for problem in located(files[name], readers[name].problems)]
    if problems:
        raise InvalidCatalog(problems)
    return catalog


def _open(file: SourceFile, keys: Sequence[str]) -> DocumentReader:
    problems = list(file.problems)
    return DocumentReader.unreadable(problems) if problems else DocumentReader(file.data, "", problems, keys)


def _check_features_of_plans(
    features: Sequence[FeatureEntry], plans: Sequence[PlanEntry], reader: DocumentReader
) -> None:
    """A plan grants only known features, and counts each the way the feature is counted."""
    known = {entry.feature.code: entry.feature for entry in features}
    for plan in plans:
        for version in plan.versions:
            for code, terms in version.terms.features.items():
                path = f"{version.path}.features.{code}"
                if code not in known:
                    reader.problem(path, f"is not in features.yml.{did_you_mean(code, known)}")
                    continue
                allowance = version.terms.allowances.get(terms.allowance or "")
                if allowance is not None and allowance.aggregation != known[code].aggregation:
                    reader.problem(
                        f"{path}.allowance",
                        f"adds up by {allowance.aggregation}, but {code} is counted by {known[code].aggregation}.",
                    )

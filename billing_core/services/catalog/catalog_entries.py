"""What the catalogue's files say, typed: every entry knows the path it stands at, so that errors can name its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing_core.domain.alerts import AlertKind
from billing_core.domain.catalog import Feature, Plan
from billing_core.domain.money import Money
from billing_core.domain.plans import PlanTerms
from billing_core.domain.provider_prices import ProviderPrice


@dataclass(frozen=True, slots=True)
class FeatureEntry:
    """A feature of features.yml."""

    path: str
    feature: Feature


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One dated version of a plan."""

    path: str
    effective_from: datetime
    terms: PlanTerms


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """A plan of plans.yml with its versions, the oldest first."""

    path: str
    plan: Plan
    versions: Sequence[VersionEntry]


@dataclass(frozen=True, slots=True)
class PackageEntry:
    """One dated offer of a credit package."""

    path: str
    code: str
    name: str
    effective_from: datetime
    credits: Money
    price: Money
    valid_months: int | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """The dated prices of one provider's model, a row per token kind."""

    path: str
    prices: Sequence[ProviderPrice]


@dataclass(frozen=True, slots=True)
class DefaultAlertRule:
    """An alert rule for all organizations, which is there from the start: percent, or nanos of credits or money."""

    kind: AlertKind
    threshold: int
    currency: str | None


@dataclass(frozen=True, slots=True)
class CatalogSettings:
    """What every new organization begins with, and the first alert rules. No days: the credits do not expire."""

    sign_up_credits: Money
    sign_up_valid_days: int | None
    alert_rules: Sequence[DefaultAlertRule]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Everything the files say."""

    features: Sequence[FeatureEntry]
    plans: Sequence[PlanEntry]
    packages: Sequence[PackageEntry]
    provider_prices: Sequence[PriceEntry]
    settings: CatalogSettings

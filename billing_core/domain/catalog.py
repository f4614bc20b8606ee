"""What is sold, beside the terms of plans: features and how they are counted, and plans by name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from billing_core.domain.credits import CreditPackage
from billing_core.domain.plans import PlanVersion

Aggregation = Literal["sum", "max"]
VersionStatus = Literal["draft", "published", "discarded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something a plan grants and an event uses, counted in `unit`s.

    Screens show `display_unit`s of `units_per_display_unit` each: storage is counted in bytes and shown in GB. With
    the aggregation `max` an event reports a level, and the highest of a period counts.
    """

    code: str
    name: str
    description: str
    unit: str
    display_unit: str
    units_per_display_unit: int
    aggregation: Aggregation
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan by name; what it promises stands in its versions. An inactive plan is not offered to new customers."""

    code: str
    name: str
    description: str
    position: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class PackageOffer:
    """A credit package as it is sold from `effective_from` on; an inactive offer ends the sale."""

    package: CreditPackage
    effective_from: datetime
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRecord:
    """A plan version with its history. Once published it never changes; `effective_from` is set by then."""

    version: PlanVersion
    status: VersionStatus
    source: str
    effective_from: datetime | None
    created_at: datetime
    changed_at: datetime
    published_at: datetime | None
    published_by: str | None

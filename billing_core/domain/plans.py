"""Plans: what a published version grants, what it costs, and how its features are priced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from billing_core.domain.basis_points import WHOLE_BASIS_POINTS
from billing_core.domain.errors import FeatureNotIncluded, InvalidInput
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.periods import Period, period_of
from billing_core.domain.prices import PriceModel, currency_of, is_cumulative
from billing_core.domain.usage import Quantities

Interval = Literal["month", "year"]
LateUsagePolicy = Literal["closed_period", "this_period", "reject"]
LATE_USAGE_POLICIES: tuple[LateUsagePolicy, ...] = ("closed_period", "this_period", "reject")
LATE_USAGE: LateUsagePolicy = "closed_period"
LATE_USAGE_DAYS = 3
LATE_USAGE_DAYS_MAX = 366
MONTHS = {"month": 1, "year": 12}


class Beyond(StrEnum):
    """What happens when an allowance is used up."""

    STOP = "stop"
    CREDITS = "credits"
    OVERAGE = "overage"


@dataclass(frozen=True, slots=True)
class Allowance:
    """A quantity included in every monthly period, shared by the features that name it; None is unlimited.

    With `max` it is the highest reported number of units that counts (storage), else their sum.
    """

    name: str
    quantity: int | None
    measure: Literal["units", "tokens"] = "units"
    aggregation: Literal["sum", "max"] = "sum"

    def measured(self, quantities: Quantities) -> int:
        """How much of the allowance an event takes."""
        return quantities.units if self.measure == "units" else quantities.tokens

    def covers(self, measured: int, used: int) -> int:
        """How much of `measured` is included when `used` was used before."""
        return measured if self.quantity is None else min(measured, max(self.quantity - used, 0))


@dataclass(frozen=True, slots=True)
class FeatureTerms:
    """How a plan grants one feature: from which allowance, at what price beyond it, paid by what.

    A feature without an allowance is priced from its first unit; one without a price stops beyond its allowance.
    In a period its uses together cost at most the `maximum`; what they fall short of the `minimum` is charged when
    the period ends. Both are what is charged, discounts taken off.
    """

    allowance: str | None
    price: PriceModel | None
    beyond: Beyond
    minimum: Money | None = None
    maximum: Money | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """What a plan takes off the price of usage for some of its customers: education, a contract.

    In hundredths of a percent. `features` None is every feature of the plan. Base prices and seats stay as they are.
    """

    name: str
    basis_points: int
    features: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """Everything a plan version promises. `credit_value` is the usage one credit pays for.

    Usage that is reported within `late_usage_days` of the end of its period counts in its period. What is reported
    later counts there all the same (`closed_period`, which corrects it), in the period it is reported in
    (`this_period`), or not at all (`reject`).

    Of the credits that the plan gave for a period, up to `rollover_max` that are left carry over into the next one;
    the rest expires with its period.
    """

    currency: str
    price_month: Money
    price_year: Money | None
    seats_included: int
    seats_max: int | None
    seat_price: Money | None
    trial_days: int
    credits_per_month: Money
    credit_value: Money
    allowances: Mapping[str, Allowance] = field(default_factory=dict[str, Allowance])
    features: Mapping[str, FeatureTerms] = field(default_factory=dict[str, FeatureTerms])
    discounts: Mapping[str, Discount] = field(default_factory=dict[str, Discount])
    late_usage: LateUsagePolicy = LATE_USAGE
    late_usage_days: int = LATE_USAGE_DAYS
    rollover_max: Money | None = None

    def __post_init__(self) -> None:
        for name in ("price_month", "price_year", "seat_price", "credit_value"):
            amount: Money | None = getattr(self, name)
            if amount is not None and (amount.currency != self.currency or amount.nanos < 0):
                raise InvalidInput(f"{name} must be an amount of {self.currency}, zero or more.", field=name)
        for name, amount in (("credits_per_month", self.credits_per_month), ("rollover_max", self.rollover_max)):
            if amount is not None and (amount.currency != CREDITS or amount.nanos < 0):
                raise InvalidInput(f"{name} must be credits, zero or more.", field=name)
        if self.credit_value.nanos <= 0:
            raise InvalidInput("credit_value must be more than zero.", field="credit_value")
        for code, terms in self.features.items():
            self._check_feature(code, terms)
            _check_bounds(code, terms)
        for code, discount in self.discounts.items():
            self._check_discount(code, discount)
        if not 0 <= self.late_usage_days <= LATE_USAGE_DAYS_MAX:
            raise InvalidInput(
                f"late_usage_days is {self.late_usage_days}; it must be from 0 to {LATE_USAGE_DAYS_MAX}.",
                field="late_usage_days",
            )

    def _check_feature(self, code: str, terms: FeatureTerms) -> None:
        where = f"features.{code}"
        if terms.allowance is not None and terms.allowance not in self.allowances:
            known = ", ".join(sorted(self.allowances)) or "none"
            raise InvalidInput(
                f"Allowance {terms.allowance!r} is not in this plan; it has: {known}.", field=f"{where}.allowance"
            )
        if terms.price is None and terms.beyond is not Beyond.STOP:
            raise InvalidInput("A feature without a price must stop beyond its allowance.", field=f"{where}.price")
        if terms.allowance is None and terms.beyond is Beyond.STOP:
            raise InvalidInput("A feature that stops needs an allowance to stop beyond.", field=f"{where}.beyond")
        if terms.price is not None and currency_of(terms.price) not in (self.currency, CREDITS):
            raise InvalidInput(f"The price must be in {self.currency} or {CREDITS}.", field=f"{where}.price")
        if terms.price is not None and terms.allowance is not None and is_cumulative(terms.price):
            allowance = self.allowances[terms.allowance]
            if allowance.measure != "units":
                raise InvalidInput(
                    f"Tiers and packages count whole units, and {allowance.name} counts {allowance.measure}. "
                    "Use an allowance in units, or a price per unit or token.",
                    field=f"{where}.price",
                )

    def _check_discount(self, code: str, discount: Discount) -> None:
        where = f"discounts.{code}"
        if not 1 <= discount.basis_points <= WHOLE_BASIS_POINTS:
            raise InvalidInput(
                f"The discount is {discount.basis_points} hundredths of a percent; "
                f"it must be from 1 to {WHOLE_BASIS_POINTS}.",
                field=f"{where}.percent",
            )
        if discount.features is not None and not discount.features:
            raise InvalidInput("Name at least one feature, or leave features out for all.", field=f"{where}.features")
        unknown = sorted((discount.features or frozenset()) - self.features.keys())
        if unknown:
            raise InvalidInput(f"The plan has no feature {unknown[0]!r}.", field=f"{where}.features")

    def discount(self, code: str) -> Discount:
        """A discount of the plan; InvalidInput naming those there are when it has none of that code."""
        found = self.discounts.get(code)
        if found is None:
            known = ", ".join(sorted(self.discounts)) or "none"
            raise InvalidInput(f"The plan has no discount {code!r}; it has: {known}.", field="discount")
        return found

    def feature(self, code: str) -> FeatureTerms:
        """The terms of a feature; FeatureNotIncluded when the plan does not have it."""
        terms = self.features.get(code)
        if terms is None:
            raise FeatureNotIncluded(f"The plan does not include {code}.", field="feature", feature=code)
        return terms

    def discount_basis_points(self, discount: str | None, feature: str) -> int:
        """What a discount takes off the feature's price; 0 without one, or when it does not extend to the feature."""
        found = None if discount is None else self.discounts.get(discount)
        if found is None or (found.features is not None and feature not in found.features):
            return 0
        return found.basis_points

    def recurring_price(self, interval: Interval) -> Money:
        """What a period of that length costs; InvalidInput when the plan is not sold by it."""
        price = self.price_month if interval == "month" else self.price_year
        if price is None:
            raise InvalidInput("The plan has no yearly price; choose month.", field="interval")
        return price


def _check_bounds(code: str, terms: FeatureTerms) -> None:
    for name, amount in (("minimum", terms.minimum), ("maximum", terms.maximum)):
        where = f"features.{code}.{name}"
        if amount is None:
            continue
        if terms.price is None:
            raise InvalidInput(f"A feature without a price cannot have a {name}.", field=where)
        if amount.currency != currency_of(terms.price) or amount.nanos < 0:
            raise InvalidInput(f"The {name} must be in {currency_of(terms.price)}, zero or more.", field=where)
    if terms.minimum is not None and terms.maximum is not None and terms.maximum < terms.minimum:
        raise InvalidInput(
            f"The maximum {terms.maximum} is less than the minimum {terms.minimum}.", field=f"features.{code}.maximum"
        )


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """One immutable version of a plan."""

    id: str
    plan_code: str
    number: int
    terms: PlanTerms


@dataclass(frozen=True, slots=True)
class Subscription:
    """An organization on a plan version from `started_at` until `ended_at`, which is None while it lasts.

    `discount` is the code of the one discount of the plan that the organization has.
    """

    id: str
    organization_id: str
    plan_version: PlanVersion
    interval: Interval
    seats: int
    anchor_at: datetime
    started_at: datetime
    ended_at: datetime | None
    discount: str | None = None

    def allowance_period(self, instant: datetime, zone: ZoneInfo) -> Period:
        """The monthly period that allowances and plan credits renew by, also on yearly plans."""
        return period_of(instant, anchor=self.anchor_at, zone=zone)

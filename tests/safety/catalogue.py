"""A small catalogue in which every kind of price, bound, allowance and policy occurs, with amounts that do not divide.

`PLANS` says it a second time in plain values, for the model that the product is compared with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from billing_core.domain.money import CREDITS, parse_nanos
from billing_core.services.catalog.source_file import SourceFile
from tests.catalog_house import small_files

USD = "USD"
CUMULATIVE = ("graduated", "volume", "package")
COUNTED = ("chat", "image", "upload", "agent", "visit", "resold", "tiered", "boxes", "bulk", "capped")
FEATURES = (*COUNTED, "disk")
YAML = {
    "features": "features:\n"
    + "\n".join(
        f"  - {{code: {code}, name: {code.title()}, description: It., unit: call}}"
        for code in FEATURES
        if code != "disk"
    )
    + "\n  - {code: disk, name: Disk, description: Space., unit: byte, aggregation: max}\n",
    "provider_prices": """
provider_prices:
  - provider: acme
    model: swift
    prices:
      - {effective_from: 2026-01-01, per: 1M tokens, input: 0.000333, output: 0.000777}
      - {effective_from: 2026-12-05, per: 1M tokens, input: 1.5, output: 3.0000005}
""",
    "plans": """
price_lists:
  chat: &chat {kind: per_token, rates: {swift: {input: 250.0005, output: 700}, "*": {input: 600, output: 1800}}}
  image: &image {kind: flat, amount: 0.07}
  upload: &upload {kind: per_unit, amount: 0.2}
  disk: &disk {kind: per_unit, amount: 0.50, per_units: 3}
  agent: &agent {kind: per_unit, currency: CREDITS, amount: 1.333333333}
  resold: &resold {kind: cost_plus, markup_percent: 17, fixed: 0.001, fallback: {kind: per_unit, amount: 0.05}}
  tiered: &tiered
    kind: graduated
    per_units: 3
    tiers: [{up_to: 4, amount: 0.10}, {up_to: 9, amount: 0.07, fee: 0.25}, {up_to: unlimited, amount: 0.05}]
  boxes: &boxes {kind: package, currency: CREDITS, amount: 2.5, size: 4}
  bulk: &bulk {kind: volume, tiers: [{up_to: 5, amount: 0.30}, {up_to: unlimited, amount: 0.11, fee: 0.02}]}
  capped: &capped {kind: per_unit, amount: 0.40}

plans:
  - code: basic
    name: Basic
    description: Beyond what is included, credits.
    versions:
      - effective_from: 2026-01-01
        price_month: 5.00
        seats_included: 1
        seats_max: 1
        credits_per_month: 20
        rollover_max: 7.5
        credit_value: 0.10
        discounts:
          kind: {name: Kind, percent: 33}
        allowances:
          calls: {name: Calls, quantity: 5}
          uploads: {name: Uploads, quantity: 6}
          disk: {name: Disk, quantity: 10, aggregation: max}
        features:
          chat: {allowance: calls, price: *chat, beyond: credits}
          image: {allowance: calls, price: *image, beyond: credits}
          upload: {allowance: uploads, beyond: stop}
          disk: {allowance: disk, price: *disk, beyond: credits}
          agent: {price: *agent, beyond: credits}
          visit: {allowance: calls, beyond: stop}
          resold: {price: *resold, beyond: credits}
          tiered: {price: *tiered, beyond: credits}
          boxes: {allowance: uploads, price: *boxes, beyond: credits}
          bulk: {price: *bulk, beyond: credits}
          capped: {price: *capped, beyond: credits, maximum: 1.50}
  - code: open
    name: Open
    description: Beyond what is included, overage.
    versions:
      - effective_from: 2026-01-01
        price_month: 50.00
        seats_included: 1
        seats_max: 1
        credits_per_month: 0
        credit_value: 0.073
        discounts:
          kind: {name: Kind, percent: 12.5, features: [bulk, agent, resold]}
        late_usage: this_period
        late_usage_days: 1
        allowances:
          calls: {name: Calls, quantity: 9}
          uploads: {name: Uploads, quantity: unlimited}
          disk: {name: Disk, quantity: 20, aggregation: max}
        features:
          chat: {allowance: calls, price: *chat, beyond: overage}
          image: {price: *image, beyond: overage}
          upload: {allowance: uploads, price: *upload, beyond: overage}
          disk: {allowance: disk, price: *disk, beyond: overage}
          agent: {price: *agent, beyond: overage}
          visit: {allowance: uploads, beyond: stop}
          resold: {price: *resold, beyond: overage}
          tiered: {price: *tiered, beyond: overage}
          boxes: {price: *boxes, beyond: overage, maximum: 6.25}
          bulk: {price: *bulk, beyond: overage}
  - code: strict
    name: Strict
    description: Late usage is refused.
    versions:
      - effective_from: 2026-01-01
        price_month: 1.00
        seats_included: 1
        seats_max: 1
        credits_per_month: 3
        credit_value: 1
        late_usage: reject
        late_usage_days: 0
        allowances:
          calls: {name: Calls, quantity: 3000, measure: tokens}
        features:
          chat: {allowance: calls, price: *chat, beyond: credits}
          agent: {price: *agent, beyond: credits}
          tiered: {price: *tiered, beyond: overage}
          capped: {price: *capped, beyond: credits, minimum: 0.50, maximum: 1.00}
          boxes: {price: *boxes, beyond: overage, minimum: 3}
""",
}


def files() -> Mapping[str, SourceFile]:
    """The catalogue as files."""
    return small_files(**YAML)


@dataclass(frozen=True)
class Price:
    """A price: `kind` says what the numbers mean; amounts in nanos."""

    kind: str
    currency: str
    amount: int = 0
    size: int = 1
    tiers: tuple[tuple[int | None, int, int], ...] = ()
    rates: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict[str, tuple[Fraction, Fraction]])


@dataclass(frozen=True)
class Terms:
    """A feature in a plan."""

    allowance: str | None
    price: Price | None
    beyond: str
    maximum: int | None = None
    minimum: int | None = None

    @property
    def looks_back(self) -> bool:
        """Whether a price depends on what the feature was used for before in the period."""
        bounds = (self.maximum, self.minimum)
        return self.price is not None and (self.price.kind in CUMULATIVE or bounds != (None, None))


@dataclass(frozen=True)
class Plan:
    """A plan; allowances are quantity, what is measured, and how it adds up."""

    credit_value: int
    credits_per_month: int
    rollover_max: int
    late: tuple[str, int]
    allowances: Mapping[str, tuple[int | None, str, str]]
    features: Mapping[str, Terms]
    discount: Fraction = Fraction(0)
    discounted: tuple[str, ...] = ()

    def paid_part(self, feature: str, *, has_discount: bool) -> Fraction:
        """The part of a price that is left after the discount, for those who have it."""
        is_discounted = has_discount and (feature in self.discounted or not self.discounted)
        return 1 - self.discount if is_discounted else Fraction(1)


def _nanos(text: str) -> int:
    return parse_nanos(text)


def _per_token(text: str) -> Fraction:
    return Fraction(_nanos(text), 1_000_000)


CHAT = Price(
    "per_token",
    USD,
    rates={
        "swift": (_per_token("250.0005"), _per_token("700")),
        "*": (_per_token("600"), _per_token("1800")),
    },
)
IMAGE = Price("flat", USD, _nanos("0.07"))
UPLOAD = Price("per_unit", USD, _nanos("0.2"))
DISK = Price("per_unit", USD, _nanos("0.50"), 3)
AGENT = Price("per_unit", CREDITS, _nanos("1.333333333"))
RESOLD = Price("cost_plus", USD, _nanos("0.001"), 17, ((None, _nanos("0.05"), 0),))
TIERED = Price(
    "graduated",
    USD,
    size=3,
    tiers=((4, _nanos("0.10"), 0), (9, _nanos("0.07"), _nanos("0.25")), (None, _nanos("0.05"), 0)),
)
BOXES = Price("package", CREDITS, _nanos("2.5"), 4)
BULK = Price("volume", USD, tiers=((5, _nanos("0.30"), 0), (None, _nanos("0.11"), _nanos("0.02"))))
CAPPED = Price("per_unit", USD, _nanos("0.40"))

PLANS: Mapping[str, Plan] = {
    "basic": Plan(
        _nanos("0.10"),
        _nanos("20"),
        _nanos("7.5"),
        ("closed_period", 3),
        {"calls": (5, "units", "sum"), "uploads": (6, "units", "sum"), "disk": (10, "units", "max")},
        {
            "chat": Terms("calls", CHAT, "credits"),
            "image": Terms("calls", IMAGE, "credits"),
            "upload": Terms("uploads", None, "stop"),
            "disk": Terms("disk", DISK, "credits"),
            "agent": Terms(None, AGENT, "credits"),
            "visit": Terms("calls", None, "stop"),
            "resold": Terms(None, RESOLD, "credits"),
            "tiered": Terms(None, TIERED, "credits"),
            "boxes": Terms("uploads", BOXES, "credits"),
            "bulk": Terms(None, BULK, "credits"),
            "capped": Terms(None, CAPPED, "credits", _nanos("1.50")),
        },
        Fraction(33, 100),
    ),
    "open": Plan(
        _nanos("0.073"),
        0,
        0,
        ("this_period", 1),
        {"calls": (9, "units", "sum"), "uploads": (None, "units", "sum"), "disk": (20, "units", "max")},
        {
            "chat": Terms("calls", CHAT, "overage"),
            "image": Terms(None, IMAGE, "overage"),
            "upload": Terms("uploads", UPLOAD, "overage"),
            "disk": Terms("disk", DISK, "overage"),
            "agent": Terms(None, AGENT, "overage"),
            "visit": Terms("uploads", None, "stop"),
            "resold": Terms(None, RESOLD, "overage"),
            "tiered": Terms(None, TIERED, "overage"),
            "boxes": Terms(None, BOXES, "overage", _nanos("6.25")),
            "bulk": Terms(None, BULK, "overage"),
        },
        Fraction(125, 1000),
        ("bulk", "agent", "resold"),
    ),
    "strict": Plan(
        _nanos("1"),
        _nanos("3"),
        0,
        ("reject", 0),
        {"calls": (3000, "tokens", "sum")},
        {
            "chat": Terms("calls", CHAT, "credits"),
            "agent": Terms(None, AGENT, "credits"),
            "tiered": Terms(None, TIERED, "overage"),
            "capped": Terms(None, CAPPED, "credits", _nanos("1.00"), _nanos("0.50")),
            "boxes": Terms(None, BOXES, "overage", None, _nanos("3")),
        },
    ),
}
# What the provider charges per token: input, output; the later prices hold from that date on.
COSTS = (
    ("2026-01-01", _per_token("0.000333"), _per_token("0.000777")),
    ("2026-12-05", _per_token("1.5"), _per_token("3.0000005")),
)

"""Things to test with, sensible where a test says nothing."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from billing_core.domain.books import Books
from billing_core.domain.credits import PRIORITY, Grant, GrantState, Origin
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.plans import Allowance, Beyond, FeatureTerms, PlanTerms, PlanVersion, Subscription
from billing_core.domain.prices import PerUnit, PriceModel
from billing_core.domain.usage import Quantities, UsageEvent

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def usd(amount: str) -> Money:
    return Money.parse(amount, "USD")


def credits(amount: str) -> Money:
    return Money.parse(amount, CREDITS)


def an_event(
    organization_id: str = "org_1", feature: str = "chat", event_id: str = "1", **details: object
) -> UsageEvent:
    """One use; counts such as `units` and `input_tokens` may be given beside the fields of the event."""
    counts = {name: details.pop(name) for name in list(details) if name == "units" or name.endswith("_tokens")}
    return UsageEvent(
        organization_id=organization_id,
        feature=feature,
        source="test",
        event_id=event_id,
        quantities=Quantities(**counts),  # type: ignore[arg-type]
        **details,  # type: ignore[arg-type]
    )


def plan_terms(
    price: PriceModel | None = None,
    *,
    included: int | None = 0,
    beyond: Beyond = Beyond.OVERAGE,
    credit_value: str = "0.10",
    **allowance: object,
) -> PlanTerms:
    """A plan with the feature `chat`, an allowance for it, and a price of $1 a unit unless told otherwise."""
    return PlanTerms(
        currency="USD",
        price_month=usd("0"),
        price_year=None,
        seats_included=1,
        seats_max=None,
        seat_price=None,
        trial_days=0,
        credits_per_month=credits("0"),
        credit_value=usd(credit_value),
        allowances={"calls": Allowance("Calls", included, **allowance)},  # type: ignore[arg-type]
        features={"chat": FeatureTerms("calls", price or PerUnit(usd("1")), beyond)},
    )


def a_grant(granted: str = "100", paid: str = "0", *, grant_id: str = "grt_1", **details: object) -> GrantState:
    origin = Origin.PURCHASE
    fields: dict[str, object] = {
        "id": grant_id,
        "organization_id": "org_1",
        "name": "Grant",
        "origin": origin,
        "priority": PRIORITY[origin],
        "features": None,
        "granted_nanos": credits(granted).nanos,
        "cost": usd(paid),
        "effective_at": NOW,
        "expires_at": None,
        "created_at": NOW,
    }
    return GrantState(Grant(**(fields | details)))  # type: ignore[arg-type]


def books(terms: PlanTerms | None = None, *grants: GrantState, balance: str = "0") -> Books:
    """The books of org_1, subscribed since the first of the month."""
    version = PlanVersion("plv_1", "test", 1, terms or plan_terms())
    start = datetime(2026, 11, 1, tzinfo=UTC)
    subscription = Subscription("sub_1", "org_1", version, "month", 1, start, start, None)
    in_order = sorted(grants, key=lambda state: state.grant.burn_key)
    return Books("org_1", "USD", ZoneInfo("UTC"), [subscription], in_order, usd(balance).nanos)

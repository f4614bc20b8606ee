"""The face of billing that product code talks to, in the words of the first requirement document."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from billing_core.bootstrap import application
from billing_core.domain.books import Books
from billing_core.domain.credits import Origin
from billing_core.domain.errors import FeatureNotIncluded, InvalidInput
from billing_core.domain.ids import new_id
from billing_core.domain.ledger import Account
from billing_core.domain.money import CREDITS, Money, to_decimal
from billing_core.domain.plans import FeatureTerms, PlanVersion
from billing_core.domain.prices import Use, price_of
from billing_core.domain.usage import COUNTS, Quantities, UsageEvent, check_text
from billing_core.services.charging.ports import Receipt
from billing_core.services.credits.issue_grant import issue_grant
from billing_core.services.credits.read_balance import Balance, read_balance
from billing_core.services.credits.top_up_balance import top_up_balance

SOURCE = "sdk"
# How old an answer to a question before a call may be.
AGE_MAX = timedelta(seconds=1)


class UsageDetails(TypedDict, total=False):
    """What may be told of a use beside its units; times carry a zone, token counts are inclusive."""

    source: str
    occurred_at: datetime
    provider: str
    model: str
    service_tier: str
    department: str
    run: str
    latency_ms: int
    is_error: bool
    properties: Mapping[str, Any]
    input_tokens: int
    llm_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int


class BillingManager:
    """May this run, what does it cost, record it: every method works on the application of this process.

    Amounts are exact: `Decimal` and `Money`, never floats. Errors are `billing_core.domain.errors`, each with a stable
    `code`, the `field` at fault and the values needed to act on it.
    """

    @classmethod
    def check_access(cls, organization_id: str, feature_name: str, *, max_age: timedelta = AGE_MAX) -> bool:
        """Whether the organization's plan includes the feature; NotFound for an unknown organization or feature.

        It may have been so up to `max_age` ago, where another process changed it; zero asks the database.
        """
        try:
            _terms(_books(organization_id, max_age), feature_name)
        except FeatureNotIncluded:
            return False
        return True

    @classmethod
    def get_price(
        cls,
        organization_id: str,
        feature_name: str,
        units: int = 1,
        *,
        model: str | None = None,
        max_age: timedelta = AGE_MAX,
        **tokens: int,
    ) -> Money:
        """What such a use costs beyond the allowance, under the organization's plan.

        `tokens` are `input_tokens`, `output_tokens` and the other counts of `Quantities`.
        """
        version, terms = _terms(_books(organization_id, max_age), feature_name)
        quantities = _quantities(units, tokens)
        if terms.price is None:
            return Money.zero(version.terms.currency)
        return price_of(terms.price, Use(quantities, model))

    @classmethod
    def check_limit(cls, organization_id: str, feature_name: str, *, max_age: timedelta = AGE_MAX) -> int | None:
        """How much of the feature's allowance is left in this period; None when nothing limits it.

        As it was up to `max_age` ago, with all that this process has charged.
        """
        books = _books(organization_id, max_age)
        version, terms = _terms(books, feature_name)
        allowance = version.terms.allowances[terms.allowance] if terms.allowance else None
        if allowance is None or allowance.quantity is None:
            return None
        now = application().clock.now()
        period = books.period_at(books.subscription_at(now), now)
        return max(allowance.quantity - books.counters.get((terms.allowance or "", period.start), 0), 0)

    @classmethod
    def charge(
        cls,
        organization_id: str,
        feature_name: str,
        units: int = 1,
        user_id: str | None = None,
        *,
        event_id: str | None = None,
        **details: Unpack[UsageDetails],
    ) -> Receipt:
        """Charge one use before or as it happens; refused when allowance, credits and balance do not cover it.

        Give an `event_id` of your own (a request id) to make the call safe to repeat: the same id charges once and
        returns the first receipt.
        Raises FeatureNotIncluded, LimitExceeded, InsufficientFunds, EventConflict, NotFound or InvalidInput.
        """
        event = _event(organization_id, feature_name, units, user_id, event_id, details)
        return application().charges.charge(event, admit=True)

    @classmethod
    def log_usage(
        cls,
        organization_id: str,
        feature_name: str,
        units: int = 1,
        user_id: str | None = None,
        *,
        event_id: str | None = None,
        **details: Unpack[UsageDetails],
    ) -> Receipt:
        """Record a use that has happened: as `charge`, but never refused for lack of funds; it becomes overage."""
        event = _event(organization_id, feature_name, units, user_id, event_id, details)
        return application().charges.charge(event, admit=False)

    @classmethod
    def get_balance(cls, organization_id: str) -> Decimal:
        """The prepaid balance in the organization's currency."""
        return to_decimal(_balance(organization_id).money.available.nanos)

    @classmethod
    def get_credits(cls, organization_id: str) -> Decimal:
        """The credits that can be used now."""
        return to_decimal(_balance(organization_id).credits.nanos)

    @classmethod
    def top_up(cls, organization_id: str, amount: str | Decimal, *, operation: str | None = None) -> Decimal:
        """Add money received outside Stripe to the balance, and return the new balance.

        The same `operation` (a payment reference) adds once.
        """
        house = application()
        now = house.clock.now()
        with house.write() as uow:
            currency = uow.organizations.organization(organization_id).currency
            wallet = top_up_balance(
                uow,
                organization_id=organization_id,
                amount=Money.parse(_decimal_text(amount), currency),
                operation=f"top_up:{new_id('top', now) if operation is None else check_text(operation, 'operation')}",
                now=now,
            )
        return to_decimal(wallet.available.nanos)

    @classmethod
    def grant_credits(
        cls,
        organization_id: str,
        credits: str | Decimal | int,
        *,
        name: str = "Credits",
        expires_at: datetime | None = None,
        operation: str | None = None,
    ) -> Decimal:
        """Give credits without payment, and return the credits that can be used now."""
        house = application()
        now = house.clock.now()
        with house.write() as uow:
            currency = uow.organizations.organization(organization_id).currency
            issue_grant(
                uow,
                organization_id=organization_id,
                name=name,
                origin=Origin.PROMOTION,
                amount=Money.parse(_decimal_text(credits), CREDITS, field="credits"),
                cost=Money.zero(currency),
                operation=f"grant:{new_id('gop', now) if operation is None else check_text(operation, 'operation')}",
                now=now,
                expires_at=expires_at,
                paid_into=Account.MANUAL_CLEARING,
            )
            return to_decimal(read_balance(uow, organization_id, now).credits.nanos)


def _books(organization_id: str, max_age: timedelta) -> Books:
    return application().looks.books(organization_id, max_age)


def _terms(books: Books, feature: str) -> tuple[PlanVersion, FeatureTerms]:
    house = application()
    version = books.subscription_at(house.clock.now()).plan_version
    try:
        return version, version.terms.feature(feature)
    except FeatureNotIncluded:
        house.looks.check_feature(feature)
        raise


def _balance(organization_id: str) -> Balance:
    house = application()
    with house.read(organization_id) as uow:
        return read_balance(uow, organization_id, house.clock.now())


def _event(
    organization_id: str,
    feature: str,
    units: int,
    user_id: str | None,
    event_id: str | None,
    details: UsageDetails,
) -> UsageEvent:
    unknown = set(details) - set(UsageDetails.__annotations__)
    if unknown:
        raise InvalidInput(f"There is no field {min(unknown)!r} of usage.", field=min(unknown))
    counts = {name: value for name, value in details.items() if name in COUNTS}
    others: Any = {"source": SOURCE} | {name: value for name, value in details.items() if name not in COUNTS}
    return UsageEvent(
        organization_id=organization_id,
        feature=feature,
        event_id=new_id("call", application().clock.now()) if event_id is None else event_id,
        quantities=_quantities(units, counts),
        member=user_id,
        **others,
    )


def _quantities(units: int, counts: Mapping[str, Any]) -> Quantities:
    unknown = set(counts) - set(COUNTS)
    if unknown:
        raise InvalidInput(f"There is no count {min(unknown)!r}; use one of {', '.join(COUNTS)}.", field=min(unknown))
    return Quantities(units=units, **counts)


def _decimal_text(amount: object) -> str:
    if isinstance(amount, float):
        raise InvalidInput(
            f"{amount!r} is a float and not exact; give text or a Decimal, such as '12.50'.", field="amount"
        )
    return f"{amount:f}" if isinstance(amount, Decimal) else str(amount)

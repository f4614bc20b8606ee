"""What has to be in place before a product can rely on its billing: each thing looked at, none changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from billing_core.adapters.database.missing_tables import TABLES, missing_tables
from billing_core.bootstrap.application import Application
from billing_core.domain.errors import BillingError
from billing_core.domain.identity import Actor
from billing_core.domain.ids import new_id
from billing_core.domain.ledger import Account
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.usage import UsageEvent
from billing_core.services.charging.charge_events import charge_events
from billing_core.services.charging.ports import ChargeRequest
from billing_core.services.organizations.create_organization import FIRST_PLAN
from billing_core.services.organizations.open_organization import open_organization
from billing_core.services.plans.list_plans import list_plans

INIT = "run: python -m billing_core init"
CHECKER = Actor("system", "verify-setup", "Set-up check", "localhost")


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing: what was found, and where it is not right what to do."""

    name: str
    is_right: bool
    found: str
    remedy: str | None = None


class NotInPlace(Exception):
    """What a check looked for is missing; the text says what, `remedy` what to do."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found)
        self.remedy = remedy


class _TakenBack(Exception):
    """Rolls the test charge back."""


def checked(name: str, look: Callable[[], str]) -> Checked:
    """What a look found; whatever stops it is told, for the next thing to be looked at all the same."""
    try:
        return Checked(name, True, look())
    except NotInPlace as error:
        return Checked(name, False, str(error), error.remedy)
    except BillingError as error:
        return Checked(name, False, error.message, f"set {error.field} right" if error.field else None)
    except Exception as error:  # noqa: BLE001 - a broken set-up may break anything
        first_line = str(error).partition("\n")[0]
        return Checked(name, False, f"{type(error).__name__}: {first_line}", INIT)


def check_setup(application: Application) -> Iterator[Checked]:
    """Everything in this process and its database; nothing else can be looked at before the tables are there."""
    tables = checked("Database tables", lambda: _tables(application))
    yield tables
    if not tables.is_right:
        return
    yield checked("Chart of accounts", lambda: _accounts(application))
    yield checked("Plans and features", lambda: _catalog(application))
    yield checked("Provider prices", lambda: _prices(application))
    yield checked("Payments", lambda: f"Stripe: {application.stripe_account.backend}")
    yield checked("Test charge", lambda: _test_charge(application))


def _tables(application: Application) -> str:
    if not application.is_ready():
        raise NotInPlace("the database is not at the newest schema", INIT)
    if missing := missing_tables(application.database):
        raise NotInPlace(f"missing: {', '.join(sorted(missing))}", INIT)
    return f"{len(TABLES)} tables at the newest schema, on {application.database.engine.dialect.name}"


def _accounts(application: Application) -> str:
    with application.read() as uow:
        missing = set(Account) - uow.ledger.accounts()
    if missing:
        raise NotInPlace(f"missing: {', '.join(sorted(missing))}", INIT)
    return f"{len(Account)} accounts"


def _catalog(application: Application) -> str:
    with application.read() as uow:
        plans = [item for item in list_plans(uow, application.clock.now()) if item.plan.is_active]
        features = uow.catalog.features()
    if not plans or not features:
        raise NotInPlace(f"{len(plans)} plans on sale, {len(features)} features", INIT)
    return f"{len(plans)} plans on sale, {len(features)} features"


def _prices(application: Application) -> str:
    with application.read() as uow:
        models = uow.catalog.known_models()
    if not models:
        raise NotInPlace("no prices: what calls cost would be unknown", INIT)
    return f"{len(models)} models of {len({provider for provider, _ in models})} providers"


def _test_charge(application: Application) -> str:
    """Charge a use of a new organization and take all of it back."""
    now = application.clock.now()
    name = f"Set-up check {new_id('chk', now)}"
    said = ""
    try:
        with application.write() as uow:
            organization = open_organization(
                uow, name=name, sign_up_credits=Money.parse("1000", CREDITS), actor=CHECKER, now=now
            )
            terms = uow.catalog.version_in_force(FIRST_PLAN, now).terms
            feature = next(iter(terms.features))
            event = UsageEvent(
                organization_id=organization.id, feature=feature, source="verify-setup", event_id="1", occurred_at=now
            )
            (outcome,) = charge_events(uow, [ChargeRequest(event, admit=True)], application.clock)
            if isinstance(outcome, BillingError):
                raise NotInPlace(f"a use of {feature} was refused: {outcome.message}", f"look at the plan {FIRST_PLAN}")
            said = f"one use of {feature} charged: {outcome.price}"
            raise _TakenBack
    except _TakenBack:
        pass
    with application.read() as uow:
        if uow.organizations.organization_by_name(name) is not None:
            raise NotInPlace("the test charge was not taken back", "run: python -m billing_core verify")
    return f"{said}; taken back, nothing is left of it"

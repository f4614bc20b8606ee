"""What loading demo data needs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from billing_core.domain.credits import CreditPackage
from billing_core.services.charging.charge_events import ChargingUnit
from billing_core.services.charging.ports import BooksStore, ProviderPrices
from billing_core.services.credits.grant_plan_credits import PlanCreditStore, PlanCreditUnit
from billing_core.services.credits.grant_plan_credits import SubscriptionStore as RunningSubscriptions
from billing_core.services.credits.ports import EndingStore
from billing_core.services.organizations.ports import OpeningUnit, PlanCatalog, SubscriptionStore


class DemoCatalog(ProviderPrices, PlanCatalog, Protocol):
    """The parts of the catalogue that customers buy from."""

    def package_on_sale(self, code: str, at: datetime) -> CreditPackage:
        """The package of that code as it is sold at a time."""
        ...


class DemoSubscriptions(SubscriptionStore, RunningSubscriptions, Protocol):
    """Who is and was on which plan."""


class DemoCredits(EndingStore, PlanCreditStore, Protocol):
    """Grants that are given and end."""


class DemoUnit(OpeningUnit, ChargingUnit, PlanCreditUnit, Protocol):
    """The parts of a unit of work in which customers are opened, pay, and are charged."""

    @property
    def books(self) -> BooksStore: ...
    @property
    def catalog(self) -> DemoCatalog: ...
    @property
    def credits(self) -> DemoCredits: ...
    @property
    def subscriptions(self) -> DemoSubscriptions: ...


Write = Callable[[], AbstractContextManager[DemoUnit]]
OnProgress = Callable[[int, float], None]

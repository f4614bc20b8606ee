"""One transaction with the stores that work in it."""

from functools import cached_property

from sqlalchemy import Connection

from billing_core.adapters.database.alert_store import AlertStore
from billing_core.adapters.database.audit_store import AuditStore
from billing_core.adapters.database.books_audit import BooksAudit
from billing_core.adapters.database.catalog_store import CatalogStore
from billing_core.adapters.database.charging_store import ChargingStore
from billing_core.adapters.database.credit_store import CreditStore
from billing_core.adapters.database.dead_letter_store import DeadLetterStore
from billing_core.adapters.database.identity_store import IdentityStore
from billing_core.adapters.database.job_store import JobStore
from billing_core.adapters.database.ledger_store import LedgerStore
from billing_core.adapters.database.organization_store import OrganizationStore
from billing_core.adapters.database.purchase_store import PurchaseStore
from billing_core.adapters.database.subscription_store import SubscriptionStore


class UnitOfWork:
    """The stores of one transaction, each made when it is first asked for."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def alerts(self) -> AlertStore:
        return AlertStore(self.connection)

    @cached_property
    def audit(self) -> AuditStore:
        return AuditStore(self.connection)

    @cached_property
    def books_audit(self) -> BooksAudit:
        return BooksAudit(self.connection)

    @cached_property
    def catalog(self) -> CatalogStore:
        return CatalogStore(self.connection)

    @cached_property
    def charging(self) -> ChargingStore:
        return ChargingStore(self.connection, self.subscriptions, self.ledger)

    @cached_property
    def credits(self) -> CreditStore:
        return CreditStore(self.connection)

    @cached_property
    def dead_letters(self) -> DeadLetterStore:
        return DeadLetterStore(self.connection)

    @cached_property
    def identity(self) -> IdentityStore:
        return IdentityStore(self.connection)

    @cached_property
    def jobs(self) -> JobStore:
        return JobStore(self.connection)

    @cached_property
    def ledger(self) -> LedgerStore:
        return LedgerStore(self.connection)

    @cached_property
    def organizations(self) -> OrganizationStore:
        return OrganizationStore(self.connection)

    @cached_property
    def purchases(self) -> PurchaseStore:
        return PurchaseStore(self.connection)

    @cached_property
    def subscriptions(self) -> SubscriptionStore:
        return SubscriptionStore(self.connection, self.catalog)

"""One transaction with the stores that work in it."""

from collections.abc import Callable

from sqlalchemy import Connection

from billing_core.adapters.database.adjustment_store import AdjustmentStore
from billing_core.adapters.database.alert_store import AlertStore
from billing_core.adapters.database.answer_store import AnswerStore
from billing_core.adapters.database.audit_store import AuditStore
from billing_core.adapters.database.books_audit import BooksAudit
from billing_core.adapters.database.books_store import BooksStore
from billing_core.adapters.database.budget_audit import BudgetAudit
from billing_core.adapters.database.budget_store import BudgetStore
from billing_core.adapters.database.catalog_store import CatalogStore
from billing_core.adapters.database.charging_store import ChargingStore
from billing_core.adapters.database.collection_audit import CollectionAudit
from billing_core.adapters.database.credit_audit import CreditAudit
from billing_core.adapters.database.credit_history_store import CreditHistoryStore
from billing_core.adapters.database.credit_store import CreditStore
from billing_core.adapters.database.credit_transaction_store import CreditTransactionStore
from billing_core.adapters.database.dead_letter_store import DeadLetterStore
from billing_core.adapters.database.hold_audit import HoldAudit
from billing_core.adapters.database.hold_store import HoldStore
from billing_core.adapters.database.identity_store import IdentityStore
from billing_core.adapters.database.job_store import JobStore
from billing_core.adapters.database.ledger_store import LedgerStore
from billing_core.adapters.database.limit_store import LimitStore
from billing_core.adapters.database.organization_store import OrganizationStore
from billing_core.adapters.database.payment_store import PaymentStore
from billing_core.adapters.database.purchase_store import PurchaseStore
from billing_core.adapters.database.seal_store import SealStore
from billing_core.adapters.database.seat_store import SeatStore
from billing_core.adapters.database.statement_store import StatementStore
from billing_core.adapters.database.subscription_store import SubscriptionStore
from billing_core.adapters.database.top_up_store import TopUpStore
from billing_core.adapters.database.true_up_store import TrueUpStore
from billing_core.adapters.database.usage_history_store import UsageHistoryStore


class UnitOfWork:
    """The stores of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._after_commit: list[Callable[[], None]] = []
        self.adjustments = AdjustmentStore(connection)
        self.alerts = AlertStore(connection)
        self.answers = AnswerStore(connection)
        self.audit = AuditStore(connection)
        self.books_audit = BooksAudit(connection)
        self.catalog = CatalogStore(connection)
        self.budgets = BudgetStore(connection, self.catalog)
        self.budget_audit = BudgetAudit(connection, self.budgets)
        self.collection_audit = CollectionAudit(connection)
        self.credit_audit = CreditAudit(connection)
        self.credit_history = CreditHistoryStore(connection)
        self.credit_transactions = CreditTransactionStore(connection)
        self.credits = CreditStore(connection)
        self.dead_letters = DeadLetterStore(connection)
        self.identity = IdentityStore(connection)
        self.jobs = JobStore(connection)
        self.ledger = LedgerStore(connection)
        self.organizations = OrganizationStore(connection)
        self.payments = PaymentStore(connection)
        self.purchases = PurchaseStore(connection)
        self.seats = SeatStore(connection)
        self.seals = SealStore(connection)
        self.statements = StatementStore(connection)
        self.subscriptions = SubscriptionStore(connection, self.catalog)
        self.top_ups = TopUpStore(connection)
        self.true_ups = TrueUpStore(connection)
        self.usage_history = UsageHistoryStore(connection)
        self.books = BooksStore(connection, self.subscriptions, self.budgets, self.top_ups)
        self.charging = ChargingStore(connection)
        self.holds = HoldStore(connection)
        self.hold_audit = HoldAudit(connection, self.holds)
        self.limits = LimitStore(connection, self.organizations, self.subscriptions)

    def after_commit(self, act: Callable[[], None]) -> None:
        """Have something done once the transaction has committed; nothing when it is rolled back."""
        self._after_commit.append(act)

    def committed(self) -> None:
        """Say that the transaction has committed."""
        for act in self._after_commit:
            act()

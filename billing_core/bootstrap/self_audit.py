"""The self-audit over the books and the warehouse."""

from collections.abc import Iterator

from billing_core.adapters.database.row_security import row_security_findings
from billing_core.adapters.warehouse.reconcile import reconcile
from billing_core.bootstrap.application import Application
from billing_core.services.verification.ports import Finding
from billing_core.services.verification.verify_books import verify_books
from billing_core.services.verification.verify_seals import verify_seals


def audit_books(application: Application) -> Iterator[Finding]:
    """Everything that breaks an invariant: in the books, and between them and the copy that reports read."""
    yield from audit_record(application)
    yield from audit_copy(application)


def audit_record(application: Application) -> Iterator[Finding]:
    """What breaks an invariant in the books."""
    with application.read() as uow:
        yield from verify_books(uow.books_audit, uow.catalog)
        yield from uow.budget_audit.findings()
        yield from uow.collection_audit.findings()
        yield from uow.hold_audit.findings()
        yield from uow.credit_audit.findings(application.clock.now())
        yield from verify_seals(uow.seals)


def audit_copy(application: Application) -> Iterator[Finding]:
    """Where the copy that reports read differs from the books, once it is brought up to date."""
    application.sync_warehouse()
    with application.database.read() as connection:
        yield from row_security_findings(connection)
        for difference in reconcile(connection, application.reports):
            yield Finding(
                "the warehouse equals the books",
                f"organization {difference.organization_id}",
                f"{difference.measure} is {difference.copied} in the warehouse, but {difference.recorded} in the books",
            )

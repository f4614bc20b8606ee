"""Write adjustments with what they change in the books, and raise the alerts this crosses."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from billing_core.domain.adjustments import Adjustment
from billing_core.domain.books import Books
from billing_core.services.adjustments.ports import AdjustmentUnit
from billing_core.services.alerts.raise_alerts import observe, raise_alerts


def write_adjustments(
    uow: AdjustmentUnit, books: Mapping[str, Books], adjustments: Sequence[Adjustment], now: datetime
) -> None:
    """`books` were opened in this transaction and hold the changes; nothing is written without adjustments.

    They are not kept for the next batch: a grant that was used up lies outside them, and may pay again.
    """
    if adjustments:
        uow.adjustments.insert(adjustments, now)
        uow.charging.write((), books.values(), now)
        spent = {key: item.budgets for key, item in books.items() if item.budgets.changes}
        if spent:
            uow.budgets.write_changes(spent)
        raise_alerts(uow.alerts, observe(books.values(), (), now), now)
        uow.books.settle(books)

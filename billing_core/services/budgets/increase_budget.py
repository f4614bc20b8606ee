"""Give a budget more for a while."""

from datetime import datetime

from billing_core.domain.budget_terms import Increase, check_amount
from billing_core.domain.errors import Conflict, InvalidInput
from billing_core.domain.identity import Actor
from billing_core.domain.ids import new_id
from billing_core.domain.usage import check_text
from billing_core.services.audit.record_change import record_change
from billing_core.services.budgets.change_budget import locked_budget
from billing_core.services.budgets.ports import BudgetUnit


def increase_budget(
    uow: BudgetUnit,
    budget_id: str,
    *,
    amount: int,
    until: datetime,
    actor: Actor,
    now: datetime,
    starts_at: datetime | None = None,
    increase_id: str | None = None,
) -> Increase:
    """`amount` on top, in the budget's unit, from `starts_at` (or now) until before `until`.

    The same `increase_id` again increases once, Conflict when it was another increase. What was used within an
    increase stays used when it ends. NotFound for an unknown budget, InvalidInput names the field.
    """
    budget = locked_budget(uow, budget_id)
    begin = now if starts_at is None else starts_at
    for name, instant in (("until", until), ("starts_at", begin)):
        if instant.tzinfo is None:
            raise InvalidInput(f"{name} is {instant.isoformat()}; give a time zone.", field=name)
    key = new_id("inc", now) if increase_id is None else check_text(increase_id, "increase_id")
    known = next((item for item in budget.increases if item.id == key), None)
    if until <= max(begin, now) and known is None:
        raise InvalidInput(f"The increase would end at {until.isoformat()}, before it begins or by now.", field="until")
    if check_amount(amount, "amount") == 0:
        raise InvalidInput("An increase is more than zero.", field="amount")
    increase = Increase(key, amount, begin, until)
    if not uow.budgets.insert_increase(budget, increase, now):
        if known is None or (known.amount, known.ends_at) != (amount, until):
            raise Conflict(f"{key!r} is the key of another increase.", field="increase_id")
        return known
    record_change(
        uow,
        actor,
        "budget.increased",
        ("budget", budget_id),
        now=now,
        organization_id=budget.organization_id,
        after={"amount": budget.in_words(amount), "starts_at": begin.isoformat(), "until": until.isoformat()},
    )
    return increase

"""What the audit trail keeps of a budget."""

from billing_core.domain.budget_terms import Budget
from billing_core.services.audit.ports import Facts


def facts_of(budget: Budget) -> Facts:
    """The budget in words a person recognises."""
    return {
        "name": budget.name,
        "scope": budget.scope.value,
        "scope_id": budget.scope_id,
        "feature": budget.feature,
        "amount": budget.in_words(budget.amount),
        "every": budget.every,
        "is_hard": budget.is_hard,
    }

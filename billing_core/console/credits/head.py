"""The line under the page's title."""

from billing_core.console.formatting import rate
from billing_core.console.queries.credits import CreditAnswers


def credits_caption(answers: CreditAnswers) -> str:
    """Whose credits they are and what one pays for: `Northwind AI · 1 credit = $0.10 of usage`."""
    name = answers.organization.name
    return name if answers.credit_value is None else f"{name} · 1 credit = {rate(answers.credit_value)} of usage"

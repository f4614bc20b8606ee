"""Amounts as product code writes and reads them: text, whole numbers or decimals, never floats."""

from decimal import Decimal

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import Money


def decimal_text(amount: object, *, field: str = "amount") -> str:
    """Plain decimal text of an exact amount; InvalidInput for a float, which is none."""
    if isinstance(amount, float):
        raise InvalidInput(
            f"{amount!r} is a float and not exact; give text or a Decimal, such as '12.50'.", field=field
        )
    return f"{amount:f}" if isinstance(amount, Decimal) else str(amount)


def plain_decimal(amount: Money) -> Decimal:
    """The exact amount as people print it: 100.00 rather than 1E+2."""
    return Decimal(amount.decimal_text)

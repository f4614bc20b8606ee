"""Amounts as product code writes them: text, whole numbers or decimals, never floats."""

from decimal import Decimal

from billing_core.domain.errors import InvalidInput


def decimal_text(amount: object, *, field: str = "amount") -> str:
    """Plain decimal text of an exact amount; InvalidInput for a float, which is none."""
    if isinstance(amount, float):
        raise InvalidInput(
            f"{amount!r} is a float and not exact; give text or a Decimal, such as '12.50'.", field=field
        )
    return f"{amount:f}" if isinstance(amount, Decimal) else str(amount)

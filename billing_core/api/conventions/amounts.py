"""Amounts as they are sent and received: exact decimals as text, with their currency beside them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, BeforeValidator, WithJsonSchema

from billing_core.domain.money import Money

# A float of JSON that was written with more digits may have lost some before it is seen here.
DIGITS_EXACT = 15
DOCUMENT_DEPTH_MAX = 12


class Amount(BaseModel):
    """An exact amount, such as 12.50 USD."""

    amount: str
    currency: str


def amount_of(money: Money) -> Amount:
    """The amount as it is sent."""
    return Amount(amount=money.decimal_text, currency=money.currency)


def _decimal_text(value: object) -> str:
    """A number of JSON as the decimal that was written; ValueError where digits may have been lost."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError('give a decimal number as text, such as "12.50"')
    text = str(value) if isinstance(value, int) else f"{Decimal(repr(value)):f}"
    if isinstance(value, float) and len(text.replace(".", "").replace("-", "").lstrip("0")) > DIGITS_EXACT:
        raise ValueError(f"{text} may have lost digits; send it as text")
    return text


# Text to be read by `Money.parse`, which says what is wrong with it.
DecimalText = Annotated[
    str,
    BeforeValidator(_decimal_text),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": r"^-?\d{1,12}(\.\d{1,9})?$"}, {"type": "number"}],
            "examples": ["12.50"],
        }
    ),
]


def _with_decimals_as_text(value: Any, depth: int = 0) -> Any:
    if depth > DOCUMENT_DEPTH_MAX:
        raise ValueError("it is nested too deeply")
    if isinstance(value, float):
        return _decimal_text(value)
    if isinstance(value, str) and not value.isprintable():
        raise ValueError("it has characters that cannot be seen")
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, Any]", value).items()
        return {_with_decimals_as_text(name): _with_decimals_as_text(entry, depth + 1) for name, entry in entries}
    if isinstance(value, list):
        return [_with_decimals_as_text(entry, depth + 1) for entry in cast("list[Any]", value)]
    return value


# A document of the domain, such as a price, with its decimals as they were written.
ExactDocument = Annotated[dict[str, Any], AfterValidator(_with_decimals_as_text)]

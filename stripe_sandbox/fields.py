"""The parameters of one request, taken one by one: what nobody took is something this stand-in does not offer."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from stripe_sandbox.errors import StripeError, missing, not_offered

_METADATA_KEYS_MAX = 50
_METADATA_KEY_LENGTH_MAX = 40
_METADATA_VALUE_LENGTH_MAX = 500
_TEXT_LENGTH_MAX = 5_000


class Fields:
    """Typed parameters, already held against the contract. An empty text unsets, so it is read as None."""

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values = dict(values)
        self._path = path
        self._nested: list[Fields] = []

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def param(self, name: str) -> str:
        """How Stripe writes a parameter of this level: `line_items[0][price]`."""
        return f"{self._path}[{name}]" if self._path else name

    def take(self, name: str, default: Any = None) -> Any:
        """The value, or the default when it was not sent."""
        value = self._values.pop(name, default)
        if isinstance(value, str) and len(value) > _TEXT_LENGTH_MAX:
            raise StripeError(f"Invalid string: must be at most {_TEXT_LENGTH_MAX} characters", param=self.param(name))
        return None if value == "" else value

    def text(self, name: str, *, length_max: int = _TEXT_LENGTH_MAX) -> str | None:
        """A text within its length."""
        value = self.take(name)
        if value is not None and len(value) > length_max:
            raise StripeError(f"Invalid string: must be at most {length_max} characters", param=self.param(name))
        return value

    def needed(self, name: str) -> Any:
        """A value the request means nothing without."""
        value = self.take(name)
        if value is None:
            raise missing(self.param(name))
        return value

    def integer(self, name: str, *, at_least: int, at_most: int) -> int | None:
        """A whole number within bounds."""
        value = self.take(name)
        if value is None or at_least <= value <= at_most:
            return value
        bound = f"greater than or equal to {at_least}" if value < at_least else f"less than or equal to {at_most}"
        message = f"This value must be {bound}."
        raise StripeError(message, "parameter_invalid_integer", self.param(name))

    def decimal(self, name: str, *, at_least: Decimal) -> Decimal | None:
        """An exact number with at most twelve decimals."""
        value = self.take(name)
        if value is not None and value < at_least:
            raise StripeError(f"This value must be greater than or equal to {at_least}.", param=self.param(name))
        return value

    def url(self, name: str) -> str | None:
        """An absolute web address."""
        value = self.text(name)
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and value.isprintable()
        except ValueError:
            is_address = False
        if not is_address or " " in value:
            raise StripeError("Not a valid URL", "url_invalid", self.param(name))
        return value

    def hash(self, name: str) -> "Fields | None":
        """A nested hash; what is left in it counts as left here."""
        value = self.take(name)
        return None if value is None else self._below(value, self.param(name))

    def hashes(self, name: str) -> "list[Fields]":
        """A list of nested hashes."""
        values: list[Mapping[str, Any]] = self.take(name, [])
        return [self._below(value, f"{self.param(name)}[{index}]") for index, value in enumerate(values)]

    def _below(self, values: Mapping[str, Any], path: str) -> "Fields":
        below = Fields(values, path)
        self._nested.append(below)
        return below

    def copy(self, target: dict[str, Any], *names: str) -> None:
        """Set the fields that were sent, as they were sent; an empty text sets null."""
        for name in names:
            if name in self:
                target[name] = self.take(name)

    def metadata(self, before: Mapping[str, str]) -> dict[str, str]:
        """Metadata after this request: keys are merged, an empty value drops its key, an empty hash drops all."""
        if "metadata" not in self:
            return dict(before)
        changes: dict[str, str] | None = self.take("metadata")
        if changes is None:
            return {}
        for key, value in changes.items():
            self._check_metadata(key, value)
        merged = {key: value for key, value in {**before, **changes}.items() if value != ""}
        if len(merged) > _METADATA_KEYS_MAX:
            message = f"Metadata can only have up to {_METADATA_KEYS_MAX} keys; this would make {len(merged)}."
            raise StripeError(message, param=self.param("metadata"))
        return merged

    def _check_metadata(self, key: str, value: str) -> None:
        param = f"{self.param('metadata')}[{key}]"
        if len(key) > _METADATA_KEY_LENGTH_MAX:
            raise StripeError(f"Metadata keys can be at most {_METADATA_KEY_LENGTH_MAX} characters long.", param=param)
        if len(value) > _METADATA_VALUE_LENGTH_MAX:
            raise StripeError(
                f"Metadata values can be at most {_METADATA_VALUE_LENGTH_MAX} characters long.", param=param
            )

    def refuse_rest(self) -> None:
        """Raises for the first parameter nobody took: right at Stripe, but not offered here."""
        for name in self._values:
            raise not_offered(f"the parameter {self.param(name)}", self.param(name))
        for below in self._nested:
            below.refuse_rest()

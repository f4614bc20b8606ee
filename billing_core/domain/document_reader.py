"""Reads typed values out of a document of plain data, and collects every problem with the path it was found at.

A document is what YAML and JSON give: mappings, lists, text, whole numbers, truth values and None. Numbers may be
written as text, which keeps decimals exact. A value at fault is replaced by a harmless one, so that the rest is still
read; whoever reads checks the collected problems before using anything.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, cast

from billing_core.domain.basis_points import parse_basis_points, percent_text
from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import Money, check_currency
from billing_core.domain.usage import COUNT_MAX, TEXT_MAX

UNLIMITED = "unlimited"
_START_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class _Missing:
    """Stands for a value whose absence is already among the problems."""


_MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the value at `path`, such as `plans[2].price_month`, and what would be right."""

    path: str
    message: str


def did_you_mean(name: str, allowed: Collection[str]) -> str:
    """` Did you mean price_month?`, or nothing where no allowed name is near."""
    near = get_close_matches(name, allowed, n=1)
    return f" Did you mean {near[0]}?" if near else ""


class DocumentReader:
    """One mapping of a document. Keys it does not know are problems, with the key that was probably meant."""

    def __init__(self, value: object, path: str, problems: list[Problem], keys: Collection[str] | None) -> None:
        """`keys` None means that any key is allowed: the keys are names, not fields."""
        self.path = path
        self.problems = problems
        self._first_problem = len(problems)
        self._values: Mapping[str, Any] = {}
        self._is_readable = isinstance(value, Mapping)
        if isinstance(value, Mapping):
            self._values = cast("Mapping[str, Any]", value)
            self._check_keys(self._values if keys is None else keys)
        elif value is not _MISSING:
            expected = "names with their values" if keys is None else f"a mapping with {', '.join(keys)}"
            problems.append(Problem(path, f"is {_shown(value)}; it must be {expected}."))

    def _check_keys(self, allowed: Collection[str]) -> None:
        for key in self._values:
            if key not in allowed:
                meant = did_you_mean(key, allowed)
                self.problem(key, f"is not a known key.{meant} Allowed: {', '.join(allowed)}.")

    @classmethod
    def unreadable(cls, problems: list[Problem]) -> "DocumentReader":
        """Of a document that could not be read, for the problems given: everything in it reads as harmless values."""
        return cls(_MISSING, "", problems, None)

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found wrong since this mapping was begun."""
        return len(self.problems) == self._first_problem

    @property
    def names(self) -> Sequence[str]:
        """The keys, in the order they are written."""
        return list(self._values)

    def at(self, key: str) -> str:
        """The path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def problem(self, key: str, message: str) -> None:
        """Record what is wrong with a key; an empty key is the mapping itself."""
        self.problems.append(Problem(self.at(key) if key else self.path, message))

    def has(self, key: str) -> bool:
        """Whether the key is there with a value."""
        return self._values.get(key) is not None

    def text(self, key: str, default: str | None = None) -> str:
        """One line of text, required unless a default is given."""
        value = self._required(key, default, "text")
        if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > TEXT_MAX:
            self._refuse(key, value, f"1 to {TEXT_MAX} printable characters on one line")
            return ""
        return value

    def texts(self, key: str) -> list[str]:
        """A list of different lines of text, at least one."""
        value = self._required(key, None, "a list of names")
        entries = _entries(value)
        texts = [entry for entry in entries if isinstance(entry, str) and entry.strip() and entry.isprintable()]
        if not texts or len(texts) != len(entries) or len(set(texts)) != len(texts):
            self._refuse(key, value, "a list of different names, at least one")
        return list(dict.fromkeys(texts))

    def whole(self, key: str, *, least: int = 0, most: int = COUNT_MAX, default: int | None = None) -> int:
        """A whole number from `least` to `most`; underscores may group its digits."""
        value = self._required(key, default, "a whole number")
        digits = value.replace("_", "") if isinstance(value, str) else value
        if isinstance(digits, str) and digits.isascii() and digits.isdigit() and len(digits) < len(str(COUNT_MAX)) + 1:
            digits = int(digits)
        if isinstance(digits, bool) or not isinstance(digits, int) or not least <= digits <= most:
            self._refuse(key, value, f"a whole number from {least} to {most}")
            return least
        return digits

    def limit(self, key: str, *, least: int = 0) -> int | None:
        """A whole number, or None for the word `unlimited`."""
        value = self._values.get(key)
        return None if value == UNLIMITED else self.whole(key, least=least)

    def money(self, key: str, currency: str, default: str | None = None) -> Money:
        """An amount of zero or more, written as a plain decimal."""
        value = self._required(key, default, "an amount such as 9.90")
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str):
            self._refuse(key, value, "an amount such as 9.90")
            return Money.zero(currency)
        try:
            amount = Money.parse(text, currency)
        except InvalidInput as error:
            self.problem(key, error.message)
            return Money.zero(currency)
        if amount.nanos < 0:
            self._refuse(key, value, "an amount of zero or more")
        return amount

    def basis_points(self, key: str, *, least: int = 0, most: int, default: int | None = None) -> int:
        """A percentage as hundredths of a percent, written as a plain decimal with at most two places."""
        value = self._required(key, None if default is None else percent_text(default), "a percentage such as 12.5")
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        expected = f"a percentage from {percent_text(least)} to {percent_text(most)}"
        if not isinstance(text, str):
            self._refuse(key, value, expected)
            return least
        try:
            found = parse_basis_points(text)
        except InvalidInput as error:
            self.problem(key, error.message)
            return least
        if not least <= found <= most:
            self._refuse(key, value, expected)
            return least
        return found

    def optional_money(self, key: str, currency: str) -> Money | None:
        """An amount, or None where the key is missing or empty."""
        return self.money(key, currency) if self.has(key) else None

    def currency(self, key: str, default: str) -> str:
        """A known currency."""
        value = self.text(key, default)
        try:
            return check_currency(value)
        except InvalidInput as error:
            self.problem(key, error.message)
            return default

    def choice(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        """One of the allowed words."""
        value = self._required(key, default, f"one of {', '.join(choices)}")
        if value not in choices and value is not _MISSING:
            meant = did_you_mean(value, choices) if isinstance(value, str) else ""
            self.problem(key, f"is {_shown(value)}; it must be one of {', '.join(choices)}.{meant}")
        return value if value in choices else next(iter(choices))

    def flag(self, key: str, *, default: bool) -> bool:
        """`true` or `false`."""
        value = self._required(key, default, "true or false")
        if not isinstance(value, bool):
            self._refuse(key, value, "true or false")
            return default
        return value

    def instant(self, key: str) -> datetime:
        """A day, which begins at midnight UTC, or a time with its zone."""
        value = self._required(key, None, "a day such as 2026-11-20")
        try:
            instant = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            instant = None
        if instant is None or (instant.tzinfo is None and len(str(value)) > len("2026-11-20")):
            self._refuse(key, value, "a day such as 2026-11-20, or a time with its zone such as 2026-11-20T08:00:00Z")
            return _START_OF_TIME
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)

    def child(self, key: str, keys: Collection[str] | None) -> "DocumentReader":
        """The mapping under a key."""
        return DocumentReader(self._required(key, None, "a mapping"), self.at(key), self.problems, keys)

    def optional_child(self, key: str, keys: Collection[str] | None) -> "DocumentReader | None":
        """The mapping under a key, or None where there is none."""
        return self.child(key, keys) if self.has(key) else None

    def variant(self, key: str, tag: str, keys_by_tag: Mapping[str, Collection[str]]) -> tuple[str, "DocumentReader"]:
        """The mapping under a key whose field `tag` says which keys it has, and what that field says."""
        value = self._values.get(key)
        chosen = cast("Mapping[str, Any]", value).get(tag) if isinstance(value, Mapping) else None
        known = chosen if isinstance(chosen, str) and chosen in keys_by_tag else next(iter(keys_by_tag))
        has_tag = chosen == known or not isinstance(value, Mapping)
        reader = self.child(key, keys_by_tag[known] if has_tag else None)
        return reader.choice(tag, keys_by_tag), reader

    def children(self, key: str, keys: Collection[str]) -> Iterator["DocumentReader"]:
        """The mappings of the list under a key, which is not empty; each begins when the one before has been read."""
        value = self._required(key, None, "a list")
        entries = _entries(value)
        if not entries:
            self._refuse(key, value, "a list of at least one entry, each beginning with a dash")
        for index, entry in enumerate(entries):
            yield DocumentReader(entry, f"{self.at(key)}[{index}]", self.problems, keys)

    def _required(self, key: str, default: object, expected: str) -> Any:
        value = self._values.get(key)
        if value is not None:
            return value
        if default is not None:
            return default
        if self._is_readable:
            self.problem(key, f"is missing; give {expected}.")
        return _MISSING

    def _refuse(self, key: str, value: object, expected: str) -> None:
        if value is not _MISSING:
            self.problem(key, f"is {_shown(value)}; it must be {expected}.")


def _entries(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, Mapping | list):
        return "a mapping" if isinstance(value, Mapping) else "a list"
    text = repr(value)
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}…"

"""What is asked of a server: one request, and how its answer is read; the same for both ways to send it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Page = tuple[list[T], str | None]
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """A request that is safe to repeat. `read` makes the value of the JSON that it is answered with."""

    method: str
    path: str
    read: Callable[[Any], T]
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Any = None

    def after(self, cursor: str) -> "Call[T]":
        """The same request for the next page."""
        return replace(self, query={**self.query, "cursor": cursor})


def asking(path: str, read: Callable[[Any], T], **query: str | int | None) -> Call[T]:
    """A question, with those of the parameters that are there."""
    given = {name: str(value) for name, value in query.items() if value is not None}
    return Call(method="GET", path=path, read=read, query=given)


def asking_pages(path: str, read: Callable[[Any], T], **query: str | None) -> Call[Page[T]]:
    """A question that is answered page by page; `read` makes the value of one item."""

    def page(told: Mapping[str, Any]) -> Page[T]:
        return [read(item) for item in told["data"]], told["next_cursor"]

    return asking(path, page, limit=PAGE_SIZE, **query)


def telling(path: str, body: Any, read: Callable[[Any], T], organization_id: str | None = None) -> Call[T]:
    """A request with a body; the organization, where it is told apart from it."""
    query = {} if organization_id is None else {"organization_id": organization_id}
    return Call(method="POST", path=path, read=read, query=query, body=body)

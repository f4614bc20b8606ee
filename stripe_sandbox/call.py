"""What a handler of the API is given: the transaction, the parameters, the ids in the path, and the host's address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from stripe_sandbox.errors import StripeError
from stripe_sandbox.fields import Fields
from stripe_sandbox.storage import Resource, Transaction

_PAGE_DEFAULT = 10
_PAGE_MAX = 100
_BEYOND = {
    "starting_after": "seq < (SELECT seq FROM resources WHERE id = ?)",
    "ending_before": "seq > (SELECT seq FROM resources WHERE id = ?)",
}
_RANGE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True)
class Call:
    """One request of the API. `base_url` is where the sandbox is mounted, without a slash at its end."""

    tx: Transaction
    path: str
    ids: Mapping[str, str]
    fields: Fields
    base_url: str

    def subject(self, object_name: str) -> Resource:
        """The resource the path names by its last id. Raises `resource_missing` with 404."""
        return self.tx.get(object_name, list(self.ids.values())[-1])

    def reference(self, object_name: str, name: str) -> Resource | None:
        """The resource a parameter names, if it was sent. Raises `resource_missing` with 400."""
        object_id = self.fields.take(name)
        return None if object_id is None else self.tx.get(object_name, object_id, self.fields.param(name))

    def page(self, object_name: str, *filters: str, conditions: Mapping[str, object] | None = None) -> Resource:
        """A list object of the newest resources of a kind, by Stripe's paging parameters.

        `filters` are parameters that bear a field's name, `conditions` further SQL with one value each.
        """
        sent = {f"json_extract(body, '$.{name}') = ?": self.fields.take(name) for name in filters}
        given = {sql: value for sql, value in sent.items() if value is not None}
        limit = self.fields.integer("limit", at_least=1, at_most=_PAGE_MAX) or _PAGE_DEFAULT
        after, before = self._cursor(object_name, "starting_after"), self._cursor(object_name, "ending_before")
        if after and before:
            raise StripeError("You can only pass one of starting_after and ending_before.", "parameters_exclusive")
        where = {**given, **(conditions or {}), **self._created(), **after, **before}
        found = self.tx.select(object_name, where, limit + 1, order="ASC" if before else "DESC")
        data = found[:limit]
        if before:
            data.reverse()
        return {"object": "list", "data": data, "has_more": len(found) > limit, "url": self.path}

    def _cursor(self, object_name: str, name: str) -> dict[str, object]:
        cursor = self.reference(object_name, name)
        return {} if cursor is None else {_BEYOND[name]: cursor["id"]}

    def _created(self) -> dict[str, object]:
        created: int | dict[str, int] | None = self.fields.take("created")
        if created is None:
            return {}
        bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
        return {f"json_extract(body, '$.created') {_RANGE[name]} ?": at for name, at in bounds.items()}


Handler: TypeAlias = Callable[[Call], Resource]
Operations: TypeAlias = Mapping[tuple[str, str], Handler]  # method and path, as the SDK writes it -> what answers

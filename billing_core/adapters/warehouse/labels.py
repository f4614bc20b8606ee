"""What people call the value of a dimension."""

from collections.abc import Callable

from billing_core.adapters.warehouse.session import Session
from billing_core.services.reporting.usage_filter import Dimension

OTHER = "Other"


def labels(session: Session, dimension: Dimension | None) -> Callable[[str | None], str]:
    """The label of a key: its name, the key itself where it has none, and words for a missing one."""
    if dimension is None:
        return lambda _: "All"
    names = session.names(dimension)
    missing = f"No {dimension}"
    return lambda key: missing if key is None else names.get(key, key)

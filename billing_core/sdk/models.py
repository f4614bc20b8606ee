"""The names that the second requirement document sets its database up by: `Base.metadata.create_all(engine)`."""

from typing import TYPE_CHECKING, Any

from billing_core.domain.errors import InvalidInput
from billing_core.sdk.pricing_service import initialize_catalogue

if TYPE_CHECKING:
    engine: Any


class Tables:
    """Billing's own tables, which its migrations make; product code adds none to them."""

    def create_all(self, bind: object = None) -> None:
        """Bring tables and catalogue up to date; doing it again changes nothing.

        InvalidInput for another engine than the one here: the database is that of `DATABASE_URL`.
        """
        if bind is not None and bind is not _engine():
            raise InvalidInput(
                "Billing keeps its tables in the database of DATABASE_URL; give billing_core.sdk.models.engine.",
                field="bind",
            )
        initialize_catalogue()


class Base:
    """Stands for a declarative base, as far as setting up goes."""

    metadata = Tables()


def _engine() -> Any:
    from billing_core.bootstrap import application

    return application().database.engine


def __getattr__(name: str) -> Any:
    """`engine` is made when it is first asked for: importing a module opens no database."""
    if name == "engine":
        return _engine()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

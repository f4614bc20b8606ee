"""How a new migration spells our column types."""

from typing import Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import BigInteger

from billing_core.adapters.database.types import Document, Flag, Instant


def render_item(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Our own types by the names they have in `types.py`; False leaves the rest to Alembic."""
    if kind == "type" and isinstance(item, Instant | Flag | Document):
        return f"types.{type(item).__name__}()"
    if kind == "type" and isinstance(item, BigInteger):
        return "types.BIGINT"
    return False

"""Statements of the charging path: text written once, so that nothing is built or compiled for a batch.

SQLAlchemy takes longer to build a statement than SQLite to run it. Sets of values travel as one JSON parameter, which
both databases unfold.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

UNFOLDED = {"sqlite": "json_each({})", "postgresql": "jsonb_array_elements(CAST({} AS JSONB))"}
PLACEHOLDER = {"sqlite": "?", "postgresql": "$1"}


@dataclass(frozen=True, slots=True)
class SetQuery:
    """A query over a set of values: `{asked}` in its text stands for a table of one column `value`, each a JSON value.

    `{locked}` becomes FOR UPDATE where there are row locks, and nothing on SQLite.
    """

    text: str

    def rows(self, connection: Connection, asked: Sequence[object]) -> Sequence[Any]:
        """The rows for these values; the columns are those of the text, as the driver gives them."""
        name = connection.dialect.name
        text = self.text.format(
            asked=f"{UNFOLDED[name].format(PLACEHOLDER[name])} AS asked",
            locked="FOR UPDATE" if name == "postgresql" else "",
        )
        parameter = json.dumps(asked, separators=(",", ":"), ensure_ascii=False)
        return connection.exec_driver_sql(text, (parameter,)).fetchall()

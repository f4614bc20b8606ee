"""From a row of a file to the usage event it reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from billing_core.domain.errors import InvalidInput
from billing_core.domain.usage import Quantities, UsageEvent, check_text
from billing_core.services.ingestion.cells import count_of, flag_of, text_of, time_of
from billing_core.services.ingestion.columns import Layout, lay_out
from billing_core.services.ingestion.ports import UsageRow

LAYOUTS_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What holds for every row: whose usage it is, where it comes from, and what rows without a value mean."""

    organization_id: str
    source: str
    position_kind: str
    defaults: Mapping[str, str]
    columns: Mapping[str, str]
    zone: ZoneInfo


class EventReader:
    """Reads rows as events; the layout of each kind of row is worked out once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._layouts: dict[tuple[str, ...], Layout] = {}

    def event_id(self, row: UsageRow) -> str:
        """The row's own id, or its position where it has none or one that cannot be used."""
        index = self._layout(row).id
        try:
            own = None if index is None else text_of(row.cells[index], "id")
            return check_text(own, "id") if own else self.position_id(row.position)
        except InvalidInput:
            return self.position_id(row.position)

    def position_id(self, position: int) -> str:
        return f"{self._reading.position_kind}-{position}"

    def read(self, row: UsageRow) -> UsageEvent:
        """The event; InvalidInput naming the first field at fault."""
        reading, layout, cells = self._reading, self._layout(row), row.cells
        if layout.time is None:
            raise InvalidInput("time is missing; every row says when the use happened.", field="time")
        for name in layout.missing:
            raise InvalidInput(f"{name} is missing; it is in column {reading.columns[name]!r}.", field=name)
        own_id = None if layout.id is None else text_of(cells[layout.id], "id")
        texts: dict[str, Any] = dict(reading.defaults)
        for name, index in layout.texts:
            if (text := text_of(cells[index], name)) is not None:
                texts[name] = text
        if "feature" not in texts:
            raise InvalidInput("feature is missing; say which feature was used.", field="feature")
        latency = None if layout.latency_ms is None else cells[layout.latency_ms]
        return UsageEvent(
            organization_id=reading.organization_id,
            source=reading.source,
            event_id=own_id or self.position_id(row.position),
            occurred_at=time_of(cells[layout.time], reading.zone),
            quantities=Quantities(**{name: count_of(cells[index], name) for name, index in layout.counts}),
            latency_ms=None if latency is None or latency == "" else count_of(latency, "latency_ms"),
            is_error=layout.is_error is not None and flag_of(cells[layout.is_error], "is_error"),
            **texts,
        )

    def _layout(self, row: UsageRow) -> Layout:
        layout = self._layouts.get(row.names)
        if layout is None:
            if len(self._layouts) >= LAYOUTS_MAX:
                self._layouts.clear()
            layout = self._layouts[row.names] = lay_out(row.names, self._reading.columns)
        return layout

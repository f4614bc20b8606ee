"""What ingestion needs: a file as rows with positions, and a place for the rows that cannot be taken in."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from billing_core.domain.errors import InvalidInput
from billing_core.services.charging.charge_events import ChargingUnit
from billing_core.services.charging.ports import ProviderPrices


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One row as the file has it: `cells` belong to `names`, in order. Rows of one kind share one tuple of names."""

    position: int
    names: tuple[str, ...]
    cells: Sequence[object]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be told into cells, and what is left of it as text."""

    position: int
    error: InvalidInput
    text: str


class UsageFile(Protocol):
    """A file of usage. Positions are line numbers in text (the header is line 1) and row numbers in Parquet."""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        ...

    @property
    def position_kind(self) -> Literal["line", "row"]: ...

    @property
    def fraction_read(self) -> float:
        """How far reading has come, from 0 to 1."""
        ...

    def columns(self, wanted: Collection[str]) -> Sequence[str]:
        """The file's columns. Where rows may differ, as many rows are looked at as it takes to see all `wanted`."""
        ...

    def rows(self) -> Iterator[UsageRow | BrokenRow]:
        """All rows in order, in bounded memory; InvalidInput when the file cannot be read on."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A row that was not taken in, with the reason; kept once per organization, source and event id."""

    id: str
    organization_id: str
    source: str
    event_id: str
    position: int
    code: str
    field: str | None
    message: str
    payload: str
    recorded_at: datetime


class DeadLetterStore(Protocol):
    """Where dead letters are kept."""

    def insert_once(self, letters: Sequence[DeadLetter]) -> None:
        """Keep dead letters; one that is kept already stays as it is."""
        ...


class ModelPrices(ProviderPrices, Protocol):
    """Provider prices, and which models have any."""

    def known_models(self) -> Sequence[tuple[str, str]]:
        """Every provider and model that has a price."""
        ...


class IngestionUnit(ChargingUnit, Protocol):
    """The parts of a unit of work that ingestion uses."""

    @property
    def catalog(self) -> ModelPrices: ...
    @property
    def dead_letters(self) -> DeadLetterStore: ...

"""What came of taking in a file: how many rows, what they cost, and why the others were turned away."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from billing_core.domain.money import CREDITS, format_nanos
from billing_core.services.charging.ports import Receipt

REJECTIONS_LISTED_MAX = 20


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was turned away: where it stands, and the error with the field at fault."""

    position: int
    code: str
    field: str | None
    message: str


def _amounts() -> defaultdict[str, int]:
    return defaultdict(int)


@dataclass(slots=True)
class IngestSummary:
    """Counts of rows, totals in nanos of the newly accepted events by currency, and the first rejections."""

    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    unpriced: int = 0
    provider_cost_nanos: defaultdict[str, int] = field(default_factory=_amounts)
    charged_nanos: defaultdict[str, int] = field(default_factory=_amounts)
    rejections: list[Rejection] = field(default_factory=list[Rejection])
    unused_columns: Sequence[str] = ()

    @property
    def rows(self) -> int:
        return self.accepted + self.duplicates + self.rejected

    def add(self, receipt: Receipt) -> None:
        """Count a receipt; a repeated one costs nothing again."""
        if receipt.is_duplicate:
            self.duplicates += 1
            return
        self.accepted += 1
        self.unpriced += receipt.is_unpriced
        if receipt.provider_cost is not None:
            self.provider_cost_nanos[receipt.provider_cost.currency] += receipt.provider_cost.nanos
        self.charged_nanos[receipt.balance.currency] += receipt.balance.nanos + receipt.overage.nanos
        self.charged_nanos[CREDITS] += receipt.credits.nanos

    def reject(self, rejection: Rejection) -> None:
        """Count a rejection, and list it while there is room."""
        self.rejected += 1
        if len(self.rejections) < REJECTIONS_LISTED_MAX:
            self.rejections.append(rejection)

    def document(self) -> dict[str, object]:
        """The summary as JSON values; amounts are exact decimals."""
        return {
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
            "unpriced": self.unpriced,
            "provider_cost": {unit: format_nanos(nanos) for unit, nanos in sorted(self.provider_cost_nanos.items())},
            "charged": {unit: format_nanos(nanos) for unit, nanos in _money_first(self.charged_nanos)},
            "rejections": [
                {"position": item.position, "code": item.code, "field": item.field, "message": item.message}
                for item in self.rejections
            ],
        }


def _money_first(amounts: defaultdict[str, int]) -> list[tuple[str, int]]:
    return sorted(amounts.items(), key=lambda item: (item[0] == CREDITS, item[0]))

"""What went wrong at providers in the demo data, and how fast their models are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ERROR_PERCENT = 1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A provider's bad hours: more calls fail, and those that do not are slower."""

    provider: str
    days_ago: int
    hour: int
    hours: int
    error_percent: float
    slowdown: float


@dataclass(frozen=True, slots=True)
class Speed:
    """How long a model takes: until its first token, and for each token."""

    first_ms: float
    token_ms: float


INCIDENTS = (
    Incident(provider="openai", days_ago=61, hour=15, hours=3, error_percent=38, slowdown=1.4),
    Incident(provider="google", days_ago=33, hour=9, hours=2, error_percent=24, slowdown=2),
    Incident(provider="anthropic", days_ago=18, hour=14, hours=4, error_percent=6, slowdown=4.5),
    Incident(provider="openai", days_ago=5, hour=17, hours=2, error_percent=29, slowdown=1.8),
)
SPEEDS = {
    "claude-opus-4-1": Speed(1_350, 24),
    "claude-sonnet-4-5": Speed(820, 15),
    "claude-haiku-4-5": Speed(430, 7),
    "gpt-4": Speed(980, 33),
    "gpt-4o": Speed(520, 11),
    "gpt-4o-mini": Speed(410, 8),
    "gpt-5": Speed(1_900, 13),
    "o1": Speed(4_200, 16),
    "text-embedding-3-small": Speed(95, 0),
    "gemini-2.5-pro": Speed(1_450, 10),
    "gemini-2.5-flash": Speed(360, 5),
    "mistral-large": Speed(610, 14),
    "mistral-7b": Speed(240, 6),
}
SPEED_OF_OTHERS = Speed(700, 19)


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a provider was doing at a moment."""

    error_percent: float = ERROR_PERCENT
    slowdown: float = 1.0


class Weather:
    """How every provider was doing over the whole stretch, which ends on `today`."""

    def __init__(self, today: datetime, incidents: Sequence[Incident] = INCIDENTS) -> None:
        self._spells: dict[str, list[tuple[datetime, datetime, Conditions]]] = {}
        for incident in incidents:
            start = today - timedelta(days=incident.days_ago) + timedelta(hours=incident.hour)
            spell = (
                start,
                start + timedelta(hours=incident.hours),
                Conditions(incident.error_percent, incident.slowdown),
            )
            self._spells.setdefault(incident.provider, []).append(spell)

    def at(self, provider: str, instant: datetime) -> Conditions:
        """The conditions a call to a provider met."""
        for start, end, conditions in self._spells.get(provider, ()):
            if start <= instant < end:
                return conditions
        return _FAIR


_FAIR = Conditions()

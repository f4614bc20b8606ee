"""How a background job fared when it last ran."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class JobState:
    """When a job last ended, and what went wrong then; None where it never did, or nothing."""

    name: str
    finished_at: datetime | None
    error: str | None

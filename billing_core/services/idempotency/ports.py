"""What keeping answers needs from storage."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a request was answered with."""

    status: int
    media_type: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A request somebody sent under a key of their own choice; `answer` is None while it is being worked out."""

    caller_id: str
    key: str
    request_hash: str
    claimed_at: datetime
    answer: Answer | None


class AnswerStore(Protocol):
    """Claims by caller and key."""

    def add(self, claim: Claim) -> bool:
        """Insert a claim; False where the caller has one under this key."""
        ...

    def claim(self, caller_id: str, key: str) -> Claim | None: ...
    def take_over(self, claim: Claim, claimed_at: datetime) -> bool:
        """Renew a claim nobody has answered; False when somebody else was faster."""
        ...

    def answer(self, caller_id: str, key: str, answer: Answer) -> None: ...
    def release(self, caller_id: str, key: str) -> None: ...
    def forget(self, claimed_before: datetime) -> int:
        """Delete old claims with their answers; returns how many."""
        ...


class AnswerUnit(Protocol):
    """The parts of a unit of work that answers are kept with."""

    @property
    def answers(self) -> AnswerStore: ...

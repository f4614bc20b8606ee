"""Answers kept for requests that are sent again, on SQL."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from billing_core.adapters.database.schema.idempotency import idempotent_answer
from billing_core.adapters.database.upsert import upsert
from billing_core.services.idempotency.ports import Answer, Claim


class AnswerStore:
    """Claims by caller and key."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, claim: Claim) -> bool:
        row = {
            "caller_id": claim.caller_id,
            "key": claim.key,
            "request_hash": claim.request_hash,
            "claimed_at": claim.claimed_at,
        }
        return self._connection.execute(upsert(self._connection, idempotent_answer), row).rowcount == 1

    def claim(self, caller_id: str, key: str) -> Claim | None:
        row = self._connection.execute(select(idempotent_answer).where(_is(caller_id, key))).mappings().one_or_none()
        if row is None:
            return None
        columns = dict(row)
        status, media_type, body = (columns.pop(name) for name in ("status", "media_type", "body"))
        answer = None if status is None else Answer(status=status, media_type=media_type, body=body)
        return Claim(**columns, answer=answer)

    def take_over(self, claim: Claim, claimed_at: datetime) -> bool:
        renewed = self._connection.execute(
            update(idempotent_answer)
            .where(_is(claim.caller_id, claim.key), idempotent_answer.c.claimed_at == claim.claimed_at)
            .where(idempotent_answer.c.status.is_(None))
            .values(claimed_at=claimed_at)
        )
        return renewed.rowcount == 1

    def answer(self, caller_id: str, key: str, answer: Answer) -> None:
        self._connection.execute(
            update(idempotent_answer)
            .where(_is(caller_id, key))
            .values(status=answer.status, media_type=answer.media_type, body=answer.body)
        )

    def release(self, caller_id: str, key: str) -> None:
        self._connection.execute(delete(idempotent_answer).where(_is(caller_id, key)))

    def forget(self, claimed_before: datetime) -> int:
        old = idempotent_answer.c.claimed_at <= claimed_before
        return self._connection.execute(delete(idempotent_answer).where(old)).rowcount


def _is(caller_id: str, key: str) -> ColumnElement[bool]:
    return (idempotent_answer.c.caller_id == caller_id) & (idempotent_answer.c.key == key)

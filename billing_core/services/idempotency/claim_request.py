"""Begin a request that carries an Idempotency-Key, or find the answer it was given before."""

from datetime import datetime, timedelta

from billing_core.domain.errors import Conflict
from billing_core.services.idempotency.ports import Answer, AnswerUnit, Claim

KEPT_FOR = timedelta(hours=24)
# A process that was killed while it worked leaves its claim behind.
WORKED_OUT_WITHIN = timedelta(seconds=60)


class IdempotencyKeyReused(Conflict):
    """The key was used within a day for another request."""

    code = "idempotency_key_reused"


class RequestInProgress(Conflict):
    """The same request is being worked out now; ask again in `retry_after_seconds`."""

    code = "request_in_progress"


def claim_request(uow: AnswerUnit, caller_id: str, key: str, request_hash: str, now: datetime) -> Answer | None:
    """The answer the caller got for this request under this key; None when the caller of this is to work it out.

    IdempotencyKeyReused for another request under the key, RequestInProgress while it is being worked out.
    """
    wanted = Claim(caller_id=caller_id, key=key, request_hash=request_hash, claimed_at=now, answer=None)
    if uow.answers.add(wanted):
        return None
    found = uow.answers.claim(caller_id, key)
    if found is None or found.claimed_at <= now - KEPT_FOR:
        uow.answers.release(caller_id, key)
        uow.answers.add(wanted)
        return None
    if found.request_hash != request_hash:
        raise IdempotencyKeyReused(
            "This Idempotency-Key was used for another request; take a new key for another request.",
            field="Idempotency-Key",
        )
    if found.answer is not None:
        return found.answer
    abandoned_at = found.claimed_at + WORKED_OUT_WITHIN
    if now < abandoned_at or not uow.answers.take_over(found, now):
        raise RequestInProgress(
            "The same request is being worked out; ask again in a moment.",
            field="Idempotency-Key",
            retry_after_seconds=1,
        )
    return None


def forget_answers(uow: AnswerUnit, now: datetime) -> int:
    """Delete the answers that are kept no longer; returns how many."""
    return uow.answers.forget(now - KEPT_FOR)

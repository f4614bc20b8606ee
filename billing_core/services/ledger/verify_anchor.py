"""Compare the ledger with a hash that was kept outside."""

from billing_core.domain.errors import Conflict, NotFound
from billing_core.domain.seals import SEQ_BEFORE_ALL, Seal, problem_with_seal
from billing_core.services.ledger.ports import SealUnit


def verify_anchor(uow: SealUnit, anchor_hash: str) -> Seal:
    """The seal with that hash when all entries up to it are as they were; NotFound, or Conflict naming what changed."""
    block = uow.seals.block_of(anchor_hash.strip().lower())
    if block is None:
        raise NotFound(
            "No seal has this hash: either it was never the head of this ledger, or the ledger was rewritten since.",
            field="hash",
        )
    previous: Seal | None = None
    while True:
        for seal in uow.seals.seals_after(previous.block if previous else 0):
            content = uow.seals.block_after(previous.last_seq if previous else SEQ_BEFORE_ALL, seal.last_seq)
            if (problem := problem_with_seal(previous, seal, content)) is not None:
                raise Conflict(f"Block {seal.block}: {problem}.", field="hash", block=seal.block)
            if seal.block == block:
                return seal
            previous = seal

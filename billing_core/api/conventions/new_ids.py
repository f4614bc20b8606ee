"""Ids of what a request causes: the same again for the same Idempotency-Key of the same caller."""

import hashlib
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from billing_core.api.conventions.authentication import Known
from billing_core.api.conventions.house import application_of
from billing_core.domain.ids import new_id

_DIGITS = 26


async def _ids_of(request: Request, caller: Known) -> Callable[[str], str]:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        now = application_of(request).clock.now()
        return lambda prefix: new_id(prefix, now)
    rest = hashlib.sha256(f"{caller.id}:{key}".encode()).hexdigest()[:_DIGITS]
    return lambda prefix: f"{prefix}_{rest}"


# Makes the id, with a prefix, of what this request causes: so the effect is once, even if its answer was lost.
NewId = Annotated[Callable[[str], str], Depends(_ids_of)]

"""What a block of `reserve` works with: the hold, and what becomes of it."""

import logging
from typing import TYPE_CHECKING

from billing_core.domain.errors import HoldResolved
from billing_core.domain.usage import Quantities
from billing_core.domain.used import AS_ANNOUNCED, Used

if TYPE_CHECKING:
    from billing_core.domain.holds import Hold
    from billing_core.sdk.backend import Backend
    from billing_core.services.charging.entitlement import Entitlement
    from billing_core.services.charging.ports import Receipt

EXPIRED = "expired"

_log = logging.getLogger(__name__)


class _Held:
    """A hold while its block runs; `receipt` is there once it is settled."""

    def __init__(self, house: "Backend", hold: "Hold") -> None:
        self._backend = house
        self.hold = hold
        self.receipt: Receipt | None = None
        self._is_released = False
        # A use that was given up before and is tried again under its id has no hold any more.
        self._is_kept = hold.is_kept(house.clock.now())

    @property
    def is_open(self) -> bool:
        """Whether it is neither settled nor released."""
        return self.receipt is None and not self._is_released

    def _check_settling(self) -> None:
        if self._is_released:
            raise HoldResolved(
                f"Hold {self.hold.id} was released; what is used after that is charged as a use of its own.",
                field="hold_id",
                hold_id=self.hold.id,
                state="released",
            )

    def _check_entitled(self, entitlement: "Entitlement") -> None:
        if entitlement.refusal is not None:
            raise entitlement.refusal

    def _told(self, error: Exception, under_way: BaseException | None) -> None:
        """Raise what went wrong with a release, unless it would hide the error that the block ended with."""
        if under_way is None:
            raise error
        _log.warning("%s could not be released; it will expire", self.hold.id, exc_info=error)


class Reserved(_Held):
    """A hold in a `with` block."""

    def settle(self, used: int | Quantities | Used | None = None) -> "Receipt":
        """Charge what was really used, in units, `Quantities` or `Used`; nothing said is all that was reserved.

        It has happened: more than was reserved is charged too, and becomes overage where nothing covers it. The same
        again is answered with the same receipt, anything else is refused with HoldResolved.
        """
        self._check_settling()
        self.receipt = self._settle(as_used(used))
        return self.receipt

    def release(self) -> None:
        """Give all of it back; HoldResolved when it is settled."""
        self._backend.release(self.hold.event.organization_id, self.hold.id)
        self._is_released = True

    def check(self) -> None:
        """Raise what refuses a use that was given up before and is tried again."""
        if not self._is_kept:
            self._check_entitled(self._backend.entitlement(self.hold.event))

    def leave(self, error: BaseException | None) -> None:
        """End the block; what was not settled by now never will be."""
        if self.is_open and self._is_kept:
            try:
                self.release()
            except Exception as failure:  # noqa: BLE001 - told to whoever can be told
                self._told(failure, error)
        self._is_released = self.receipt is None

    def _settle(self, used: Used) -> "Receipt":
        event = self.hold.event
        if self._is_kept:
            try:
                return self._backend.settle(event.organization_id, self.hold.id, used, is_refusable=False)
            except HoldResolved as error:
                if error.details.get("state") != EXPIRED:
                    raise
        return self._backend.record(used.of(event))


class ReservedAsync(_Held):
    """A hold in an `async with` block."""

    async def settle(self, used: int | Quantities | Used | None = None) -> "Receipt":
        """As `Reserved.settle`."""
        from billing_core.sdk.unhurried import unhurried

        self._check_settling()
        self.receipt = await unhurried(self._settle(as_used(used)))
        return self.receipt

    async def release(self) -> None:
        """As `Reserved.release`."""
        from billing_core.sdk.unhurried import unhurried

        await unhurried(self._backend.release_async(self.hold.event.organization_id, self.hold.id))
        self._is_released = True

    async def check(self) -> None:
        """As `Reserved.check`."""
        if not self._is_kept:
            self._check_entitled(await self._backend.entitlement_async(self.hold.event))

    async def leave(self, error: BaseException | None) -> None:
        """As `Reserved.leave`."""
        if self.is_open and self._is_kept:
            try:
                await self.release()
            except Exception as failure:  # noqa: BLE001 - told to whoever can be told
                self._told(failure, error)
        self._is_released = self.receipt is None

    async def _settle(self, used: Used) -> "Receipt":
        event = self.hold.event
        if self._is_kept:
            try:
                return await self._backend.settle_async(event.organization_id, self.hold.id, used, is_refusable=False)
            except HoldResolved as error:
                if error.details.get("state") != EXPIRED:
                    raise
        return await self._backend.record_async(used.of(event))


def as_used(used: int | Quantities | Used | None) -> Used:
    """Units, counts, or all that can be told of a use, in one form; None is as announced."""
    if used is None:
        return AS_ANNOUNCED
    if isinstance(used, Used):
        return used
    return Used(quantities=used if isinstance(used, Quantities) else Quantities(units=used))

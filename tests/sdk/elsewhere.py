"""A backend that is not in this process: all of billing but what only its own process can do."""

from billing_core.domain.clock import Clock, SystemClock
from billing_core.sdk.in_process.figures import FiguresInProcess
from billing_core.sdk.in_process.funds import FundsInProcess
from billing_core.sdk.in_process.questions import QuestionsInProcess
from billing_core.sdk.in_process.uses import UsesInProcess


class Elsewhere(QuestionsInProcess, UsesInProcess, FundsInProcess, FiguresInProcess):
    """Remembers that it was closed."""

    is_closed = False

    @property
    def clock(self) -> Clock:
        return SystemClock()

    def close(self) -> None:
        self.is_closed = True

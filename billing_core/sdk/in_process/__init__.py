"""Billing in the process of the product, on its own database.

Every call works on `application()`, and nothing of it is kept here: after a fork the child has one of its own.
"""

from billing_core.bootstrap import application
from billing_core.bootstrap.initialize import initialize
from billing_core.domain.clock import Clock
from billing_core.sdk.in_process.figures import FiguresInProcess
from billing_core.sdk.in_process.funds import FundsInProcess
from billing_core.sdk.in_process.questions import QuestionsInProcess
from billing_core.sdk.in_process.team import TeamInProcess
from billing_core.sdk.in_process.uses import UsesInProcess


class InProcess(QuestionsInProcess, UsesInProcess, FundsInProcess, FiguresInProcess):
    """`Backend` on the application of this process, where members and the catalogue are managed too."""

    team = TeamInProcess()

    @property
    def clock(self) -> Clock:
        return application().clock

    def initialize(self) -> None:
        """Bring database, plans, features, packages and provider prices up to date."""
        initialize(application(), lambda _: None)

    def close(self) -> None:
        if application.cache_info().currsize:
            application().close()


__all__ = ["InProcess"]

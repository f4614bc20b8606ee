"""Alert rules and when a change crosses one: 80 % of an allowance or budget, low credits, provider cost, declines."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import CREDITS, NANOS_MAX, check_currency

Severity = Literal["warning", "critical"]
PERCENT = 100
PERCENT_MAX = 1000


class AlertKind(StrEnum):
    """What a rule watches."""

    ALLOWANCE_USED = "allowance_used"
    CREDITS_LOW = "credits_low"
    COST_ABOVE = "cost_above"
    BUDGET_USED = "budget_used"
    TOP_UP_FAILED = "top_up_failed"


PERCENT_KINDS = (AlertKind.ALLOWANCE_USED, AlertKind.BUDGET_USED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """A threshold to watch: percent of an allowance or budget, nanos of credits or money, or declines in a row.

    No organization means all.
    """

    id: str
    kind: AlertKind
    organization_id: str | None
    threshold: int
    currency: str | None
    is_enabled: bool

    def __post_init__(self) -> None:
        if self.kind in PERCENT_KINDS and not 1 <= self.threshold <= PERCENT_MAX:
            raise InvalidInput(
                f"The threshold is {self.threshold} %; it must be between 1 and {PERCENT_MAX} %.", field="threshold"
            )
        if not 1 <= self.threshold <= NANOS_MAX:
            raise InvalidInput("The threshold must be more than zero.", field="threshold")
        if self.kind is AlertKind.COST_ABOVE and check_currency(self.currency or "") == CREDITS:
            raise InvalidInput("Provider cost is in money; choose a currency such as USD.", field="currency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A watched value before and after a change, with the capacity it is measured against where there is one."""

    kind: AlertKind
    organization_id: str
    subject: str
    period_start: datetime
    before: int
    after: int
    capacity: int | None = None
    currency: str | None = None


def is_crossed(rule: AlertRule, reading: Reading) -> bool:
    """Whether the change leads or stays beyond the rule's threshold.

    It need not lead there: the rule may be younger than the crossing, or something other than usage crossed it (a
    smaller plan, credits that expired). That an alert is raised once is up to where alerts are kept.
    """
    if not rule.is_enabled or rule.kind is not reading.kind:
        return False
    if rule.organization_id not in (None, reading.organization_id):
        return False
    match rule.kind:
        case AlertKind.ALLOWANCE_USED:
            level = rule.threshold * (reading.capacity or 0)
            return 0 < level <= reading.after * PERCENT
        case AlertKind.BUDGET_USED:
            return reading.after > 0 and rule.threshold * (reading.capacity or 0) <= reading.after * PERCENT
        case AlertKind.CREDITS_LOW:
            return reading.after < rule.threshold and reading.after < reading.before
        case AlertKind.COST_ABOVE:
            return rule.currency == reading.currency and rule.threshold <= reading.after
        case AlertKind.TOP_UP_FAILED:
            return rule.threshold <= reading.after


def severity_of(rule: AlertRule, reading: Reading) -> Severity:
    """Critical when nothing is left: an allowance or budget used up, no credits, no try more; a warning otherwise."""
    if rule.kind is AlertKind.CREDITS_LOW:
        return "critical" if reading.after == 0 else "warning"
    return "critical" if reading.capacity is not None and reading.after >= reading.capacity else "warning"

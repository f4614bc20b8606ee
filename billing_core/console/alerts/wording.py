"""What an alert says: the fact, then what follows from it and what can be done."""

from datetime import datetime
from zoneinfo import ZoneInfo

from billing_core.console.components import AlertText
from billing_core.console.formatting import count, day, moment, money, price
from billing_core.console.queries.alerts import AlertAnswers
from billing_core.domain.alerts import PERCENT, AlertKind, AlertRule
from billing_core.domain.budget_terms import FOR_EVER
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.periods import add_months
from billing_core.services.alerts.ports import Alert

KIND = {
    AlertKind.ALLOWANCE_USED: "Allowance used",
    AlertKind.CREDITS_LOW: "Low credits",
    AlertKind.COST_ABOVE: "Provider cost above",
    AlertKind.BUDGET_USED: "Budget used",
    AlertKind.TOP_UP_FAILED: "Automatic top-up declined",
}


def alert_text(alert: Alert, answers: AlertAnswers, zone: ZoneInfo, *, with_name: bool) -> AlertText:
    """The card of an alert; `with_name` begins with the organization. What is over is told without alarm."""
    match alert.rule.kind:
        case AlertKind.ALLOWANCE_USED:
            fact, detail = _allowance(alert, answers)
        case AlertKind.CREDITS_LOW:
            fact, detail = _credits(alert, answers)
        case AlertKind.COST_ABOVE:
            fact, detail = _cost(alert, zone)
        case AlertKind.BUDGET_USED:
            fact, detail = _budget(alert, answers)
        case AlertKind.TOP_UP_FAILED:
            fact, detail = _top_up(alert)
    if alert.acknowledged_at is not None:
        detail = f"Acknowledged by {alert.acknowledged_by} on {moment(alert.acknowledged_at, zone)}."
    name = answers.organizations[alert.reading.organization_id].name
    is_quiet = alert.acknowledged_at is not None or is_past(alert, answers.asked_at)
    tone = "muted" if is_quiet else "bad" if is_critical(alert, answers) else "warn"
    return AlertText(tone, f"{name}: {fact}" if with_name else fact, moment(alert.raised_at, zone), detail)


def is_past(alert: Alert, now: datetime) -> bool:
    """Whether the period the alert is about has ended; a budget in total, and a failed top-up, have none."""
    if alert.rule.kind is AlertKind.TOP_UP_FAILED or alert.reading.period_start == FOR_EVER.start:
        return False
    return add_months(alert.reading.period_start, 1) <= now


def is_critical(alert: Alert, answers: AlertAnswers) -> bool:
    """Whether use is being refused, or nothing was left when the alert was raised."""
    limit = answers.limits.get((alert.reading.organization_id, alert.reading.subject))
    is_refused = limit is not None and limit.stops and limit.remaining == 0
    return alert.severity == "critical" or is_refused


def rule_text(rule: AlertRule) -> str:
    """`80% of an allowance used`, `Fewer than 50 credits left`, `Provider cost above $1,000`."""
    match rule.kind:
        case AlertKind.ALLOWANCE_USED:
            return f"{rule.threshold}% of an allowance used"
        case AlertKind.CREDITS_LOW:
            return f"Fewer than {price(Money(rule.threshold, CREDITS))} credits left"
        case AlertKind.COST_ABOVE:
            return f"Provider cost above {price(Money(rule.threshold, rule.currency or CREDITS))} in a billing period"
        case AlertKind.BUDGET_USED:
            return f"{rule.threshold}% of a budget used"
        case AlertKind.TOP_UP_FAILED:
            return f"Automatic top-up declined {'once' if rule.threshold == 1 else f'{rule.threshold} times in a row'}"


def _allowance(alert: Alert, answers: AlertAnswers) -> tuple[str, str]:
    reading = alert.reading
    limit = answers.limits.get((reading.organization_id, reading.subject))
    name = limit.allowance.name if limit else reading.subject.replace("_", " ")
    size, unit = answers.units.get(reading.subject, (1, ""))
    capacity = reading.capacity or 0
    share = reading.after * PERCENT // capacity if capacity else PERCENT
    fact = (
        f"{share}% of {name} used ({_quantity(reading.after, size)} of {_quantity(capacity, size)}{unit and ' '}{unit})"
    )
    if limit is None or limit.period.start != reading.period_start:
        return fact, "That billing period has ended and the allowance began anew. Nothing needs to be done."
    resets = day(limit.period.end.astimezone(answers.organizations[reading.organization_id].time_zone).date())
    used = f"{_quantity(limit.used, size)} {unit}".strip()
    if limit.remaining == 0:
        what = "Further use is refused" if limit.stops else "Further use is charged"
        return fact, f"Used up: {used}. {what} until {resets}. A larger plan raises the limit."
    what = "refused" if limit.stops else "charged"
    detail = f"{used} used by now. Beyond the limit, use is {what} until {resets}. A larger plan raises the limit."
    return fact, detail


def _credits(alert: Alert, answers: AlertAnswers) -> tuple[str, str]:
    left = Money(alert.reading.after, CREDITS)
    fact = "No credits left" if not left else f"{money(left)} credits left"
    fact += f", under the {price(Money(alert.rule.threshold, CREDITS))} of the rule"
    now = answers.credits.get(alert.reading.organization_id, Money.zero(CREDITS))
    if now.nanos >= alert.rule.threshold:
        return fact, f"There are {money(now)} credits again. Nothing needs to be done."
    return fact, (
        f"{money(now)} credits are left. Without them, usage is paid from the prepaid balance or, where a plan "
        "allows it, put on the invoice; else it is refused. Buy credits to go on as before."
    )


def _cost(alert: Alert, zone: ZoneInfo) -> tuple[str, str]:
    currency = alert.reading.currency or "USD"
    cost, threshold = (price(Money(nanos, currency)) for nanos in (alert.reading.after, alert.rule.threshold))
    began = day(alert.reading.period_start.astimezone(zone).date())
    detail = f"In the billing period that began on {began}. Nothing is refused; Provider costs shows where it went."
    return f"Provider cost of {cost} passed {threshold}", detail


def _budget(alert: Alert, answers: AlertAnswers) -> tuple[str, str]:
    reading = alert.reading
    budget_id, _, whose = reading.subject.partition(":")
    budget = answers.budgets.get(budget_id)
    used, capacity = (_amount(nanos, reading.currency) for nanos in (reading.after, reading.capacity or 0))
    share = reading.after * PERCENT // reading.capacity if reading.capacity else PERCENT
    fact = f"{share}% of the budget {budget.name if budget else 'that was archived'}"
    fact += f" used{f' by {whose}' if whose else ''} ({used} of {capacity})"
    if budget is None:
        return fact, "The budget was archived. Nothing needs to be done."
    if budget.is_hard:
        return fact, "Use that would pass the budget is refused until its next period. Increase it to go on."
    return fact, "The budget only warns: nothing is refused."


def _top_up(alert: Alert) -> tuple[str, str]:
    tries = alert.reading.after
    fact = f"Automatic top-up of the balance declined {'once' if tries == 1 else f'{tries} times in a row'}"
    if alert.severity == "critical":
        return fact, "It is not tried again. Renew the payment method, then switch automatic top-ups on again."
    return fact, "It is tried again later. A new payment method helps where the old one has expired or is empty."


def _amount(number: int, currency: str | None) -> str:
    return f"{count(number)} units" if currency is None else money(Money(number, currency))


def _quantity(number: int, size: int) -> str:
    """A count, or display units with at most one decimal."""
    whole, tenths = divmod(number * 10 // size, 10)
    return f"{count(whole)}.{tenths}" if tenths else count(whole)

"""Say when an organization's balance is topped up by itself."""

from datetime import datetime, timedelta

from billing_core.domain.errors import InvalidInput
from billing_core.domain.identity import Actor
from billing_core.domain.money import Money
from billing_core.domain.top_up import TopUpSettings
from billing_core.services.audit.ports import Facts
from billing_core.services.audit.record_change import record_change
from billing_core.services.top_up.ports import TopUpUnit


def set_top_up(
    uow: TopUpUnit,
    *,
    organization_id: str,
    threshold: Money,
    amount: Money,
    daily_cap: Money,
    cool_off: timedelta,
    is_enabled: bool,
    actor: Actor,
    now: datetime,
) -> TopUpSettings:
    """Save the settings; saving them anew also ends the pause that declines have caused.

    NotFound for an unknown organization, InvalidInput names the field.
    """
    uow.books.lock([organization_id])
    organization = uow.organizations.organization(organization_id)
    settings = TopUpSettings(
        organization_id=organization_id,
        threshold=threshold,
        amount=amount,
        daily_cap=daily_cap,
        cool_off=cool_off,
        is_enabled=is_enabled,
        changed_at=now,
    )
    if amount.currency != organization.currency:
        raise InvalidInput(
            f"{organization.name} pays in {organization.currency}, not in {amount.currency}.", field="amount"
        )
    before = uow.top_ups.settings([organization_id]).get(organization_id)
    uow.top_ups.save_settings(settings)
    record_change(
        uow,
        actor,
        "top_up.set",
        ("top_up_setting", organization_id),
        now=now,
        organization_id=organization_id,
        before=None if before is None else _facts(before),
        after=_facts(settings),
    )
    return settings


def _facts(settings: TopUpSettings) -> Facts:
    return {
        "threshold": str(settings.threshold),
        "amount": str(settings.amount),
        "daily_cap": str(settings.daily_cap),
        "cool_off_seconds": int(settings.cool_off.total_seconds()),
        "is_enabled": settings.is_enabled,
    }

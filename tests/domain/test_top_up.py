"""When a top-up is needed, and when it may begin."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing_core.domain.errors import InvalidInput
from billing_core.domain.money import Money
from billing_core.domain.top_up import (
    PAUSE_AFTER_DECLINE,
    TRIES_MAX,
    Funds,
    TopUp,
    TopUpSettings,
    TopUpState,
    declines_in_a_row,
    may_begin,
    needs_top_up,
    next_try_at,
)
from tests.builders import NOW, credits, usd

SETTINGS = TopUpSettings(
    organization_id="org_1",
    threshold=usd("10"),
    amount=usd("25"),
    daily_cap=usd("50"),
    cool_off=timedelta(minutes=30),
    is_enabled=True,
    changed_at=NOW,
)


def funds(balance: str, credit: str = "0", value: str = "0.10") -> Funds:
    return Funds(usd(balance).nanos, credits(credit).nanos, usd(value).nanos)


def a_top_up(state: TopUpState, minutes: int) -> TopUp:
    """One that began and was resolved so many minutes after the settings were saved."""
    at = NOW + timedelta(minutes=minutes)
    resolved_at = None if state is TopUpState.PENDING else at
    return TopUp(
        id=f"top_{minutes}",
        organization_id="org_1",
        state=state,
        amount=usd("25"),
        created_at=at,
        resolved_at=resolved_at,
    )


def declined(count: int) -> list[TopUp]:
    """Declines a minute apart, the newest first."""
    return [a_top_up(TopUpState.DECLINED, minutes) for minutes in reversed(range(count))]


def test_a_threshold_in_money_watches_the_balance_alone() -> None:
    assert needs_top_up(SETTINGS, funds("9.999999999", "1000"))
    assert not needs_top_up(SETTINGS, funds("10"))
    assert not needs_top_up(replace(SETTINGS, is_enabled=False), funds("0"))


def test_a_threshold_in_credits_watches_all_that_can_pay() -> None:
    in_credits = replace(SETTINGS, threshold=credits("50"))
    # 30 credits and $2.00, which pays for 20 credits at $0.10 each, are exactly 50.
    assert not needs_top_up(in_credits, funds("2", "30"))
    assert needs_top_up(in_credits, funds("1.999999999", "30"))
    assert not needs_top_up(in_credits, funds("0", "51"))


def test_after_a_success_it_waits_for_the_cool_off() -> None:
    done = [a_top_up(TopUpState.SUCCEEDED, 0)]
    assert next_try_at(SETTINGS, done) == NOW + timedelta(minutes=30)
    assert not may_begin(SETTINGS, done, usd("25"), NOW + timedelta(minutes=29))
    assert may_begin(SETTINGS, done, usd("25"), NOW + timedelta(minutes=30))


def test_the_pause_doubles_with_every_decline_until_there_is_an_end() -> None:
    pauses: list[timedelta | None] = []
    for count in range(1, TRIES_MAX + 1):
        latest = declined(count)
        at = next_try_at(SETTINGS, latest)
        pauses.append(None if at is None else at - latest[0].created_at)
    assert pauses == [PAUSE_AFTER_DECLINE * factor for factor in (1, 2, 4, 8)] + [None]


def test_saving_the_settings_again_ends_the_pause() -> None:
    latest = declined(TRIES_MAX)
    saved = replace(SETTINGS, changed_at=NOW + timedelta(hours=1))
    assert declines_in_a_row(SETTINGS, latest) == TRIES_MAX
    assert declines_in_a_row(saved, latest) == 0
    assert next_try_at(saved, latest) == saved.changed_at


def test_declines_before_a_success_are_forgotten() -> None:
    latest = [a_top_up(TopUpState.DECLINED, 9), a_top_up(TopUpState.SUCCEEDED, 8), a_top_up(TopUpState.DECLINED, 7)]
    assert declines_in_a_row(SETTINGS, latest) == 1


def test_while_one_is_pending_no_other_begins() -> None:
    assert next_try_at(SETTINGS, [a_top_up(TopUpState.PENDING, 0)]) is None


def test_the_daily_cap_is_never_passed() -> None:
    assert may_begin(SETTINGS, [], usd("25"), NOW)
    assert not may_begin(SETTINGS, [], usd("25.01"), NOW)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("amount", {"amount": usd("0")}),
        ("amount", {"amount": usd("1.005")}),
        ("amount", {"amount": credits("5")}),
        ("threshold", {"threshold": usd("0")}),
        ("threshold", {"threshold": Money.parse("5", "EUR")}),
        ("daily_cap", {"daily_cap": usd("24.99")}),
        ("daily_cap", {"daily_cap": Money.parse("100", "EUR")}),
        ("cool_off", {"cool_off": timedelta(seconds=-1)}),
    ],
)
def test_settings_that_make_no_sense_are_refused_with_their_field(field: str, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as error:
        replace(SETTINGS, **changes)  # type: ignore[arg-type]
    assert error.value.field == field

"""The history of payments over HTTP: of every kind, in pages, and of one's own organization alone."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from billing_core.domain.money import Money
from billing_core.domain.top_up import TopUp, TopUpState
from billing_core.services.purchases.open_purchase import open_purchase
from billing_core.services.purchases.ports import DeclinedPayment
from tests.api.conftest import Api
from tests.product import SYSTEM, Product

PAYMENTS = "/api/billing/payments"
_numbers = count(1)


def buy(product: Product, organization_id: str) -> str:
    number = next(_numbers)
    with product.write() as uow:
        return open_purchase(
            uow, f"pur_{number:04}", organization_id, "small", SYSTEM, product.clock.now(), payment_method_id="pm_1"
        ).id


def top_up(product: Product, organization_id: str, state: TopUpState = TopUpState.SUCCEEDED) -> str:
    now = product.clock.now()
    begun = TopUp(
        id=f"top_{next(_numbers):04}",
        organization_id=organization_id,
        state=TopUpState.PENDING,
        amount=Money.parse("25", "USD"),
        created_at=now,
    )
    reason = "card_declined" if state is TopUpState.DECLINED else None
    with product.write() as uow:
        uow.top_ups.begin(begun)
        if state is not TopUpState.PENDING:
            uow.top_ups.resolve(
                TopUp(
                    id=begun.id,
                    organization_id=organization_id,
                    state=state,
                    amount=begun.amount,
                    created_at=now,
                    payment_intent_id="pi_1",
                    reason=reason,
                    resolved_at=now + timedelta(seconds=5),
                )
            )
    return begun.id


@pytest.fixture
def paid(product: Product, northwind: str) -> list[str]:
    """Five payments of three kinds, a minute apart but for the last two; the newest first, by kind and status."""
    product.top_up(northwind, "100", "bank transfer 7")
    product.clock.advance(minutes=1)
    declined = buy(product, northwind)
    with product.write() as uow:
        uow.purchases.set_declined(
            DeclinedPayment(purchase_id=declined, payment_intent_id="pi_2", reason="expired_card", message="Too old.")
        )
    product.clock.advance(minutes=1)
    top_up(product, northwind, TopUpState.DECLINED)
    product.clock.advance(minutes=1)
    top_up(product, northwind)
    buy(product, northwind)
    return [
        "automatic_top_up succeeded",
        "credit_purchase pending",
        "automatic_top_up failed",
        "credit_purchase failed",
        "top_up succeeded",
    ]


def ask(api: Api, **asked: Any) -> list[str]:
    answer = api.get(PAYMENTS, params=asked).json()
    return [f"{payment['kind']} {payment['status']}" for payment in answer["data"]]


def test_payments_of_every_kind_stand_in_one_list_the_newest_first(api: Api, paid: list[str]) -> None:
    assert ask(api) == paid
    assert api.get("/api/v1/billing/payments/").json() == api.get(PAYMENTS).json()


def test_each_tells_what_became_of_it(api: Api, paid: list[str]) -> None:
    succeeded, pending, failed, declined, received = api.get(PAYMENTS).json()["data"]
    assert (succeeded["amount"], succeeded["paid_at"]) == (
        {"amount": "25.00", "currency": "USD"},
        "2026-11-20T12:03:05Z",
    )
    assert (pending["paid_at"], pending["payment_method_id"], pending["requested_by"]) == (None, "pm_1", SYSTEM.id)
    assert (failed["failure_code"], failed["paid_at"]) == ("card_declined", None)
    assert (declined["failure_code"], declined["failure_message"]) == ("expired_card", "Too old.")
    assert (received["amount"]["amount"], received["payment_method"]) == ("100.00", "other")


def test_pages_hold_each_payment_once(api: Api, paid: list[str]) -> None:
    seen: list[str] = []
    cursor = None
    for _ in range(len(paid)):
        answer = api.get(PAYMENTS, params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        seen += [f"{payment['kind']} {payment['status']}" for payment in answer["data"]]
        cursor = answer["next_cursor"]
    assert (seen, cursor) == (paid, None)


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"kind": "credit_purchase"}, [1, 3]),
        ({"kind": "top_up"}, [4]),
        ({"status": "failed"}, [2, 3]),
        ({"status": "succeeded"}, [0, 4]),
        ({"status": "succeeded", "kind": "credit_purchase"}, []),
        ({"from": "2026-11-20T12:01:00Z", "to": "2026-11-20T12:03:00Z"}, [2, 3]),
    ],
)
def test_payments_are_chosen_by_kind_status_and_time(
    api: Api, paid: list[str], asked: dict[str, str], places: list[int]
) -> None:
    assert ask(api, **asked) == [paid[place] for place in places]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"kind": "gift"}, "kind"),
        ({"status": "paid"}, "status"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-11-20T12:00:00Z", "to": "2026-11-20T12:00:00Z"}, "to"),
        ({"limit": 0}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "WyJ4IiwieSJd"}, "cursor"),
    ],
)
def test_what_cannot_be_asked_is_named(api: Api, asked: dict[str, str], field: str) -> None:
    answer = api.get(PAYMENTS, params=asked)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_payments_of_others_are_not_there(api: Api, product: Product, paid: list[str]) -> None:
    other = product.organization("Contoso Labs")
    assert api.get(PAYMENTS, params={"organization_id": other}).status_code == 404
    assert ask(api.as_(api.key(other))) == []

"""Every movement of credits over HTTP: what moved them, by how much, by whom, and what was left."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from billing_core.domain.credits import Origin
from billing_core.domain.identity import Actor
from billing_core.domain.ids import new_id
from billing_core.domain.money import CREDITS, Money
from billing_core.domain.write_offs import Ending, write_off
from billing_core.services.adjustments.cancel_events import cancel_event
from billing_core.services.credits.expire_credits import expire_credits
from billing_core.services.credits.give_promotion import give_promotion
from billing_core.services.credits.read_transactions import read_transactions
from billing_core.services.credits.roll_over_credits import _write
from billing_core.services.credits.transactions import TransactionFilter
from billing_core.services.credits.void_grant import void_grant
from billing_core.services.purchases.fulfil_purchase import issue_credits
from billing_core.services.purchases.open_purchase import open_purchase
from tests.api.conftest import Api
from tests.builders import an_event
from tests.product import Product

TRANSACTIONS = "/api/credits/transactions"
ADA = Actor("person", "per_ada", "Ada", "127.0.0.1")


@pytest.fixture
def moved(api: Api, product: Product, northwind: str) -> dict[str, str]:
    """What happened to Northwind's credits, a minute apart; ids of the promotion and of the use that was cancelled."""
    member = api.member(northwind)
    product.clock.advance(minutes=1)
    with product.write() as uow:
        promotion = give_promotion(
            uow,
            organization_id=northwind,
            amount=Money.parse("20", CREDITS),
            reason="Sorry for the outage",
            expires_at=product.clock.now() + timedelta(hours=1),
            operation="promotion-1",
            actor=ADA,
            now=product.clock.now(),
        )
    product.clock.advance(minutes=1)
    used = api.post("/api/credits/use", json={"action": "generate_content", "units": 3, "member": member}).json()
    product.clock.advance(minutes=1)
    api.post("/api/credits/use", json={"action": "MyFeature"})
    with product.write() as uow:
        cancel_event(
            uow, organization_id=northwind, event_id=used["id"], reason="By mistake", actor=ADA, now=product.clock.now()
        )
    product.clock.advance(hours=1)
    with product.write() as uow:
        expire_credits(uow, product.clock.now())
    product.clock.advance(minutes=1)
    sign_up = next(item["id"] for item in api.get("/api/credits/balance").json()["grants"])
    with product.write() as uow:
        void_grant(uow, grant_id=sign_up, reason="Closed", operation="void-1", actor=ADA, now=product.clock.now())
    return {"promotion": promotion.id, "used": used["id"], "member": member}


def listed(api: Api, **asked: Any) -> list[tuple[str, str, str | None]]:
    answer = api.get(TRANSACTIONS, params=asked).json()
    return [(item["type"], item["amount"]["amount"], (item["left"] or {}).get("amount")) for item in answer["data"]]


ALL = [
    ("void", "-14.00", "0.00"),
    ("expiry", "-20.00", "14.00"),
    ("cancellation", "30.00", "34.00"),
    ("use", "-1.00", "4.00"),
    ("use", "-30.00", "5.00"),
    ("grant", "20.00", "35.00"),
    ("grant", "15.00", "15.00"),
]


def test_movements_stand_with_what_they_left_and_end_at_the_balance(
    api: Api, product: Product, northwind: str, moved: dict[str, str]
) -> None:
    assert listed(api) == ALL
    product.grant(northwind, "7")
    with product.read() as uow:
        assert listed(api)[0] == ("grant", "7.00", uow.credits.wallet(northwind, CREDITS).posted.decimal_text)


def test_each_names_its_reason_its_grants_and_who_did_it(api: Api, moved: dict[str, str]) -> None:
    void, expiry, cancellation, _, use, promotion, sign_up = api.get(TRANSACTIONS).json()["data"]
    assert (void["description"], void["actor"]) == ("Closed", "Ada")
    assert (expiry["grants"][0]["grant_id"], expiry["actor"]) == (moved["promotion"], None)
    assert expiry["effective_at"] < expiry["recorded_at"], "it ended when its time was over"
    assert (cancellation["description"], cancellation["actor"]) == ("By mistake", "Ada")
    assert (
        cancellation["event"]
        == use["event"]
        == {
            "id": moved["used"],
            "action": "generate_content",
            "member": moved["member"],
            "department": None,
            "api_key": use["event"]["api_key"],
        }
    )
    assert [part["amount"]["amount"] for part in use["grants"]] in (["-20.00", "-10.00"], ["-15.00", "-15.00"])
    assert (promotion["description"], promotion["actor"]) == ("Sorry for the outage", "Ada")
    assert (sign_up["grants"][0]["origin"], sign_up["purchase_id"]) == (Origin.SIGN_UP, None)


def test_a_purchase_is_named_with_who_began_it(api: Api, product: Product, northwind: str) -> None:
    with product.write() as uow:
        purchase = open_purchase(uow, "pur_1", northwind, "small", ADA, product.clock.now())
        issue_credits(uow, purchase, "pi_1", product.clock.now())
    bought = api.get(TRANSACTIONS).json()["data"][0]
    assert (bought["purchase_id"], bought["actor"], bought["amount"]["amount"]) == ("pur_1", "Ada", "100.00")


def test_what_rolls_over_adds_nothing(api: Api, product: Product, northwind: str) -> None:
    with product.write() as uow:
        state = uow.credits.grants(northwind)[0]
        item = write_off(state, state.free_nanos, Ending.ROLLED_OVER, "rollover:test", product.clock.now())
        _write(uow, item, replace(state.grant, id="grt_next", granted_nanos=item.amount.nanos))
    rolled = api.get(TRANSACTIONS).json()["data"][0]
    assert (rolled["type"], rolled["amount"]["amount"], rolled["left"]["amount"]) == ("rollover", "0.00", "15.00")
    assert [part["amount"]["amount"] for part in rolled["grants"]] == ["-15.00", "15.00"]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_hold_each_movement_once_with_the_same_figures(api: Api, moved: dict[str, str], limit: int) -> None:
    seen: list[tuple[str, str, str]] = []
    asked: dict[str, Any] = {"limit": limit}
    for _ in ALL:
        answer = api.get(TRANSACTIONS, params=asked).json()
        seen += [(item["type"], item["amount"]["amount"], item["left"]["amount"]) for item in answer["data"]]
        if answer["next_cursor"] is None:
            break
        asked["cursor"] = answer["next_cursor"]
        api.post("/api/credits/use", json={"action": "MyFeature"})  # what comes meanwhile moves nothing behind
    assert seen == ALL


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"type": "use"}, [3, 4]),
        ({"type": "grant"}, [5, 6]),
        ({"type": "rollover"}, []),
    ],
)
def test_movements_of_one_type_tell_no_balance(
    api: Api, moved: dict[str, str], asked: dict[str, str], places: list[int]
) -> None:
    assert listed(api, **asked) == [(*ALL[place][:2], None) for place in places]


def test_movements_of_a_time_tell_the_balance_of_that_time(api: Api, moved: dict[str, str]) -> None:
    asked = {"from": "2026-11-20T12:01:00Z", "to": "2026-11-20T12:03:00Z"}
    assert listed(api, **asked) == ALL[4:6]


def test_a_long_stretch_without_credits_is_searched_in_steps(api: Api, product: Product, northwind: str) -> None:
    product.top_up(northwind, "100")
    for _ in range(3):
        product.charge(an_event(northwind, "chat", event_id=new_id("e", product.clock.now()), units=2_000))
    found = api.get(TRANSACTIONS).json()
    assert found["next_cursor"] is None
    with product.read() as uow:
        steps: list[int] = []
        behind, seen = None, 0
        while behind is not None or not steps:
            page = read_transactions(uow, northwind, TransactionFilter(), behind=behind, limit=10, looked_at_max=2)
            steps.append(len(page.found))
            behind, seen = page.behind, seen + len(page.found)
    assert (len(steps) > 1, seen) == (True, len(found["data"]))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"type": "gift"}, "type"),
        ({"from": "2026-11-20T12:00:00"}, "from"),
        ({"from": "2026-11-20T12:00:00Z", "to": "2026-11-19T12:00:00Z"}, "to"),
        ({"limit": 201}, "limit"),
        ({"cursor": "WyIxIiwiMiJd"}, "cursor"),
        ({"cursor": "WyIxIiwieCIsIiJd"}, "cursor"),
        ({"cursor": "WyIxIiwiOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTkiLCIiXQ"}, "cursor"),
    ],
)
def test_what_cannot_be_asked_is_named(api: Api, asked: dict[str, str], field: str) -> None:
    answer = api.get(TRANSACTIONS, params=asked)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_movements_of_others_are_not_there(api: Api, product: Product, moved: dict[str, str]) -> None:
    other = product.organization("Contoso Labs", credits="5")
    assert api.get(TRANSACTIONS, params={"organization_id": other}).status_code == 404
    assert listed(api.as_(api.key(other))) == [("grant", "5.00", "5.00")]

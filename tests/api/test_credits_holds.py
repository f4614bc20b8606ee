"""Reservations over HTTP: what they keep cannot be spent, and each is settled once or given back."""

import pytest

from billing_core.bootstrap.self_audit import audit_record
from billing_core.domain.usage import Quantities
from tests.api.conftest import Api
from tests.api.test_credits_departments import a_department
from tests.product import Product

WORK = {"action": "generate_content", "event_id": "job-1"}
RESERVE, SETTLE, RELEASE = "/api/credits/reserve", "/api/credits/settle", "/api/credits/release"


def available(api: Api) -> str:
    return api.get("/api/credits/balance").json()["available"]["amount"]


@pytest.fixture
def hold_id(api: Api, product: Product, northwind: str) -> str:
    """A reservation of 50 of the 115 credits there are."""
    product.grant(northwind, "100")
    return api.post(RESERVE, json=WORK | {"units": 5, "lifetime_seconds": 60}).json()["hold_id"]


def test_what_is_reserved_is_told_and_cannot_be_spent(api: Api, product: Product, northwind: str) -> None:
    answer = api.post(RESERVE, json=WORK)
    held = answer.json()
    assert (answer.status_code, held["state"], held["event_id"]) == (201, "open", "job-1")
    assert held["held"]["credits"] == {"amount": "10.00", "currency": "CREDITS"}
    assert held["left"]["credits"]["amount"] == "5.00"
    assert (held["created_at"], held["expires_at"]) == ("2026-11-20T12:00:00Z", "2026-11-20T12:15:00Z")
    assert api.post(RESERVE, json=WORK | {"event_id": "job-2"}).status_code == 402
    assert api.post("/api/credits/use", json=WORK | {"event_id": "job-3"}).status_code == 402


@pytest.mark.parametrize(("units", "taken"), [(0, "0.00"), (3, "30.00"), (5, "50.00"), (11, "110.00")])
def test_settling_takes_what_was_used_less_or_more(api: Api, hold_id: str, units: int, taken: str) -> None:
    settled = api.post(SETTLE, json={"hold_id": hold_id, "units": units})
    assert (settled.status_code, settled.json()["taken"]["credits"]["amount"]) == (200, taken)
    assert settled.json()["left"]["credits"]["amount"] == available(api)
    assert api.get(f"/api/credits/reservations/{hold_id}").json()["state"] == "settled"


def test_counts_that_are_left_out_are_as_reserved(api: Api, product: Product, northwind: str) -> None:
    tokens = {"provider": "openai", "model": "gpt-4", "input_tokens": 1_000, "output_tokens": 500}
    hold_id = api.post(RESERVE, json=WORK | tokens).json()["hold_id"]
    event_id = api.post(SETTLE, json={"hold_id": hold_id, "output_tokens": 20, "latency_ms": 900}).json()["id"]
    with product.read() as uow:
        (event,) = uow.adjustments.recorded(northwind, [event_id])
    assert event.event.quantities == Quantities(units=1, input_tokens=1_000, output_tokens=20)


def test_settling_without_figures_charges_what_was_reserved(api: Api, hold_id: str) -> None:
    assert api.post(SETTLE, json={"hold_id": hold_id}).json()["taken"]["credits"]["amount"] == "50.00"
    assert available(api) == "65.00"


def test_what_failed_costs_nothing(api: Api, hold_id: str) -> None:
    assert api.post(SETTLE, json={"hold_id": hold_id, "is_error": True}).json()["price"]["amount"] == "0.00"
    assert available(api) == "115.00"


def test_more_than_there_is_is_refused_and_the_reservation_stays(api: Api, hold_id: str) -> None:
    refused = api.post(SETTLE, json={"hold_id": hold_id, "units": 100})
    assert (refused.status_code, refused.json()["code"]) == (402, "insufficient_funds")
    assert api.get(f"/api/credits/reservations/{hold_id}").json()["state"] == "open"
    settled = api.post(SETTLE, json={"hold_id": hold_id, "units": 100, "is_refusable": False}).json()
    assert (settled["taken"]["credits"]["amount"], settled["taken"]["overage"]["currency"]) == ("115.00", "USD")
    assert settled["taken"]["overage"]["amount"] != "0.00"


def test_settling_again_is_answered_alike_and_with_other_figures_refused(api: Api, hold_id: str) -> None:
    first = api.post(SETTLE, json={"hold_id": hold_id, "units": 3}).json()
    assert api.post(SETTLE, json={"hold_id": hold_id, "units": 3}).json() == first | {"is_duplicate": True}
    other = api.post(SETTLE, json={"hold_id": hold_id, "units": 4})
    assert (other.status_code, other.json()["code"], other.json()["state"]) == (409, "hold_resolved", "settled")
    assert api.post(RELEASE, json={"hold_id": hold_id}).json()["code"] == "hold_resolved"


def test_releasing_gives_everything_back_however_often(api: Api, hold_id: str) -> None:
    for _ in range(2):
        released = api.post(RELEASE, json={"hold_id": hold_id})
        assert (released.status_code, released.json()["state"]) == (200, "released")
    assert available(api) == "115.00"
    assert api.post(SETTLE, json={"hold_id": hold_id}).status_code == 409


def test_the_same_work_is_reserved_once_and_other_work_under_its_id_refused(
    api: Api, product: Product, hold_id: str
) -> None:
    again = api.post(RELEASE.replace("release", "reserve"), json=WORK | {"units": 5})
    assert (again.status_code, again.json()["hold_id"]) == (201, hold_id)
    assert api.post(RESERVE, json=WORK | {"units": 4}).json()["code"] == "event_conflict"


def test_after_its_time_a_reservation_keeps_nothing(api: Api, product: Product, hold_id: str) -> None:
    product.clock.advance(seconds=60)
    assert api.get(f"/api/credits/reservations/{hold_id}").json()["state"] == "expired"
    assert api.post(SETTLE, json={"hold_id": hold_id}).json()["state"] == "expired"
    assert api.post(RELEASE, json={"hold_id": hold_id}).json()["state"] == "expired"
    assert available(api) == "115.00"


@pytest.mark.parametrize("lifetime", [0, 86_401, "60", 1.5])
def test_a_time_that_is_no_time_is_refused(api: Api, lifetime: object) -> None:
    answer = api.post(RESERVE, json=WORK | {"lifetime_seconds": lifetime})
    assert (answer.status_code, answer.json()["field"]) == (422, "lifetime_seconds")


def test_reservations_of_others_are_not_there(api: Api, product: Product, hold_id: str) -> None:
    api.as_(api.key(product.organization("Contoso Labs", credits="100")))
    unknown = hold_id[:-4] + "0000"
    for theirs in (hold_id, unknown):
        answers = [
            api.get(f"/api/credits/reservations/{theirs}"),
            api.post(SETTLE, json={"hold_id": theirs}),
            api.post(SETTLE, json={"hold_id": theirs, "units": 1}),
            api.post(RELEASE, json={"hold_id": theirs}),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.json()["title"] for answer in answers} == {f"There is no hold {theirs!r}."}
    assert api.post(RELEASE, json={"hold_id": "hold"}).json()["field"] == "hold_id"


def test_a_lease_of_a_process_is_nobodys_to_settle(api: Api) -> None:
    assert api.post(RELEASE, json={"hold_id": "lse_01kafh9v7w3m5n8q2r4s6t0x1y"}).status_code == 422


WORK_OF_UNKNOWN_SIZE = {"action": "generate_content", "event_id": "job-1", "credits": "12.5"}


def test_an_amount_is_reserved_and_settled_for_what_was_used(api: Api) -> None:
    held = api.post(RESERVE, json=WORK_OF_UNKNOWN_SIZE).json()
    assert (held["price"], held["held"]["credits"]["amount"]) == ({"amount": "12.50", "currency": "CREDITS"}, "12.50")
    assert available(api) == "2.50"
    settled = api.post(SETTLE, json={"hold_id": held["hold_id"], "units": 1}).json()
    assert (settled["taken"]["credits"]["amount"], available(api)) == ("10.00", "5.00")


def test_an_amount_is_kept_of_credits_first_and_then_of_the_balance(api: Api, product: Product, northwind: str) -> None:
    product.top_up(northwind, "1")
    held = api.post(RESERVE, json=WORK_OF_UNKNOWN_SIZE | {"credits": "20"}).json()["held"]
    assert (held["credits"]["amount"], held["balance"]["amount"]) == ("15.00", "0.50")
    refused = api.post(RESERVE, json=WORK_OF_UNKNOWN_SIZE | {"event_id": "job-2", "credits": 6})
    assert (refused.status_code, refused.json()["code"], refused.json()["limit"]) == (402, "insufficient_funds", "6.00")


def test_tokens_alone_settle_an_amount_as_one_unit(api: Api, product: Product, northwind: str) -> None:
    hold_id = api.post(RESERVE, json=WORK_OF_UNKNOWN_SIZE).json()["hold_id"]
    event_id = api.post(SETTLE, json={"hold_id": hold_id, "output_tokens": 20}).json()["id"]
    with product.read() as uow:
        (event,) = uow.adjustments.recorded(northwind, [event_id])
    assert event.event.quantities == Quantities(units=1, output_tokens=20)


def test_an_amount_is_not_settled_without_saying_what_was_used(api: Api) -> None:
    hold_id = api.post(RESERVE, json=WORK_OF_UNKNOWN_SIZE).json()["hold_id"]
    refused = api.post(SETTLE, json={"hold_id": hold_id})
    assert (refused.status_code, refused.json()["field"]) == (422, "quantities")
    assert api.post(SETTLE, json={"hold_id": hold_id, "is_error": True}).json()["price"]["amount"] == "0.00"
    assert available(api) == "15.00"


def test_the_same_amount_is_reserved_once_and_another_under_its_id_refused(api: Api) -> None:
    first, again = (api.post(RESERVE, json=WORK_OF_UNKNOWN_SIZE).json() for _ in range(2))
    assert (again, available(api)) == (first, "2.50")
    for other in ({"credits": "12"}, {"credits": None, "units": 0}):
        refused = api.post(RESERVE, json=WORK_OF_UNKNOWN_SIZE | other)
        assert (refused.status_code, refused.json()["code"]) == (409, "event_conflict")


def test_a_hard_budget_holds_amounts_back_too(api: Api, product: Product, northwind: str) -> None:
    research = a_department(product, northwind)
    api.put(f"/api/credits/departments/{research}/limits", json={"credits_per_month": "12"})
    refused = api.post(RESERVE, json=WORK_OF_UNKNOWN_SIZE | {"department": research})
    assert (refused.status_code, refused.json()["code"]) == (402, "budget_exceeded")
    held = api.post(RESERVE, json=WORK_OF_UNKNOWN_SIZE | {"department": research, "credits": "12"})
    assert held.status_code == 201
    limit = api.get(f"/api/credits/departments/{research}/limits").json()
    assert (limit["held"]["amount"], limit["remaining"]["amount"]) == ("12.00", "0.00")
    api.post(RELEASE, json={"hold_id": held.json()["hold_id"]})
    assert api.get(f"/api/credits/departments/{research}/limits").json()["held"]["amount"] == "0.00"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"credits": "0"}, 422, "credits"),
        ({"credits": "-1"}, 422, "credits"),
        ({"credits": "many"}, 422, "credits"),
        ({"credits": "12.5", "units": 1}, 422, "units"),
        ({"credits": "12.5", "output_tokens": 0}, 422, "output_tokens"),
        ({"action": "nothing"}, 404, "feature"),
    ],
)
def test_what_is_no_amount_to_reserve_is_named(api: Api, change: dict[str, object], status: int, field: str) -> None:
    answer = api.post(RESERVE, json=WORK_OF_UNKNOWN_SIZE | change)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_the_books_agree_with_reserved_amounts(api: Api, product: Product) -> None:
    api.post(RESERVE, json=WORK_OF_UNKNOWN_SIZE)
    assert list(audit_record(product)) == []

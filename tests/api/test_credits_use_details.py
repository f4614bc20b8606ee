"""When and how a use went, whose event it is, and who is told what the provider charged for it."""

import pytest

from billing_core.domain.organizations import ApiScope
from tests.api.conftest import Api
from tests.product import Product

CHAT = {"action": "chat", "provider": "openai", "model": "gpt-4", "input_tokens": 1_000, "event_id": "job-1"}


def test_a_use_may_say_when_it_was_how_long_it_took_and_that_it_failed(api: Api) -> None:
    said = {"time": "2026-11-20T11:59:00Z", "latency_ms": 180, "is_error": True}
    used = api.post("/api/credits/use", json=CHAT | said).json()
    assert (used["occurred_at"], used["measured"]) == ("2026-11-20T11:59:00Z", 0)
    (event,) = api.get("/api/v1/billing/usage").json()["data"]
    assert (event["latency_ms"], event["is_error"]) == (180, True)


def test_the_same_id_of_another_source_is_another_use(api: Api) -> None:
    first = api.post("/api/credits/use", json=CHAT).json()
    second = api.post("/api/credits/use", json=CHAT | {"source": "sdk"}).json()
    assert (first["source"], second["source"], second["is_duplicate"]) == ("api", "sdk", False)
    assert first["id"] != second["id"]
    hold = api.post("/api/credits/reserve", json=CHAT | {"source": "batch"}).json()
    assert hold["source"] == "batch"
    assert api.post("/api/credits/settle", json={"hold_id": hold["hold_id"]}).json()["source"] == "batch"


def test_what_the_provider_charged_is_told_to_operators_only(api: Api, northwind: str) -> None:
    used = api.post("/api/credits/use", json=CHAT).json()
    assert (used["provider_cost"], used["is_unpriced"]) == (None, None)
    operator = api.as_(api.key(None, ApiScope.CHARGE, ApiScope.READ))
    query = {"organization_id": northwind}
    told = operator.post("/api/credits/use", json=CHAT | {"event_id": "job-2"}, params=query).json()
    assert (told["provider_cost"], told["is_unpriced"]) == ({"amount": "0.03", "currency": "USD"}, False)
    odd = CHAT | {"event_id": "job-3", "model": "no-such-model"}
    told = operator.post("/api/credits/use", json=odd, params=query).json()
    assert (told["provider_cost"], told["is_unpriced"]) == (None, True)
    charges = api.as_(api.key(None, ApiScope.CHARGE))
    assert charges.post("/api/credits/use", json=CHAT, params=query).json()["is_unpriced"] is None


@pytest.mark.parametrize(
    ("said", "field"),
    [({"time": "yesterday"}, "time"), ({"time": "2026-11-20T11:00:00"}, "time"), ({"latency_ms": -1}, "latency_ms")],
)
def test_what_cannot_be_is_refused_by_its_name(api: Api, product: Product, said: dict[str, object], field: str) -> None:
    refused = api.post("/api/credits/use", json=CHAT | said)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    reserved = api.post("/api/credits/reserve", json=CHAT | {"time": "2026-11-20T11:00:00Z"})
    assert (reserved.status_code, reserved.json()["field"]) == (422, "time")

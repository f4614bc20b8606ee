"""The billing manager as the first requirement document uses it."""

import os
import signal
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from billing_core.bootstrap.application import application
from billing_core.domain.errors import InsufficientFunds, InvalidInput, NotFound
from billing_core.sdk import BillingManager
from tests.builders import credits, usd
from tests.product import Product, a_product


@pytest.fixture
def organization_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    product: Product = a_product(tmp_path / "data")
    created = product.organization("Acme", "starter", credits="100")
    product.hand_over(monkeypatch)
    yield created
    application().close()
    application.cache_clear()


def test_the_documents_example_charges_a_feature_for_its_units(organization_id: str) -> None:
    receipt = BillingManager.charge(organization_id=organization_id, feature_name="CategorizationAgent", units=1)
    assert receipt.price == receipt.credits == credits("2")
    assert BillingManager.get_credits(organization_id) == Decimal(98)


def test_access_price_and_limit_are_known_before(organization_id: str) -> None:
    assert BillingManager.check_access(organization_id, "chat")
    assert BillingManager.check_limit(organization_id, "chat") == 10_000
    assert BillingManager.check_limit(organization_id, "CategorizationAgent") is None
    assert BillingManager.get_price(organization_id, "CategorizationAgent", units=3) == credits("6")
    price = BillingManager.get_price(organization_id, "chat", model="gpt-4", input_tokens=1_000, output_tokens=1_000)
    assert usd("0") < price < usd("1")
    BillingManager.charge(organization_id, "chat", units=4)
    assert BillingManager.check_limit(organization_id, "chat") == 9_996


def test_the_same_request_is_charged_once(organization_id: str) -> None:
    details = {"event_id": "request-1", "provider": "openai", "model": "gpt-4", "input_tokens": 10}
    first = BillingManager.charge(organization_id, "chat", **details)  # type: ignore[arg-type]
    second = BillingManager.charge(organization_id, "chat", **details)  # type: ignore[arg-type]
    assert (first.id, first.is_duplicate, second.is_duplicate) == (second.id, False, True)
    assert first.provider_cost == usd("0.0003")


def test_use_without_funds_is_refused_but_use_that_happened_is_recorded(organization_id: str) -> None:
    with pytest.raises(InsufficientFunds):
        BillingManager.charge(organization_id, "generate_content", units=11)
    receipt = BillingManager.log_usage(organization_id, "generate_content", units=11)
    assert (receipt.credits, receipt.overage) == (credits("100"), usd("1"))


def test_money_is_added_once_per_reference(organization_id: str) -> None:
    assert BillingManager.get_balance(organization_id) == 0
    assert BillingManager.top_up(organization_id, "12.50", operation="wire-7") == Decimal("12.5")
    assert BillingManager.top_up(organization_id, "12.50", operation="wire-7") == Decimal("12.5")
    assert BillingManager.grant_credits(organization_id, 10, operation="sorry") == Decimal(110)
    assert BillingManager.grant_credits(organization_id, 10, operation="sorry") == Decimal(110)


@pytest.mark.parametrize("amount", [1.5, "1e3", "-1", "0", "NaN"])
def test_an_amount_that_is_not_exact_money_is_refused(organization_id: str, amount: object) -> None:
    with pytest.raises(InvalidInput):
        BillingManager.top_up(organization_id, amount)  # type: ignore[arg-type]


def test_what_is_unknown_is_named(organization_id: str) -> None:
    with pytest.raises(NotFound, match="org_nobody"):
        BillingManager.check_access("org_nobody", "chat")
    with pytest.raises(NotFound, match="chatt"):
        BillingManager.check_access(organization_id, "chatt")
    with pytest.raises(InvalidInput, match="prompt_tokens"):
        BillingManager.get_price(organization_id, "chat", prompt_tokens=1)
    with pytest.raises(InvalidInput, match="colour"):
        BillingManager.charge(organization_id, "chat", colour="red")  # type: ignore[call-arg]


def test_an_empty_id_is_refused_rather_than_replaced(organization_id: str) -> None:
    with pytest.raises(InvalidInput, match="event_id"):
        BillingManager.charge(organization_id, "chat", event_id="")
    with pytest.raises(InvalidInput, match="operation"):
        BillingManager.top_up(organization_id, "1", operation="")


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # Python 3.12 warns; that is what is tried
def test_a_worker_forked_from_a_process_that_charged_can_charge_too(organization_id: str) -> None:
    BillingManager.charge(organization_id, "chat")
    child = os.fork()
    if not child:
        signal.alarm(30)
        try:
            BillingManager.charge(organization_id, "chat")
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert BillingManager.check_limit(organization_id, "chat") == 9_998

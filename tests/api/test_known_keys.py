"""Requests with the same key that arrive together ask the database once."""

import asyncio
import threading

import pytest

from billing_core.api.conventions.known_keys import KnownKeys
from billing_core.domain.organizations import ApiKey, ApiKeyRefused
from billing_core.services.organizations.key_ring import KeyRing
from tests.api.conftest import Api
from tests.product import Product


class CountingRing(KeyRing):
    """A ring that waits with its answers until it is told to answer, and counts how often it was asked."""

    def __init__(self, product: Product) -> None:
        super().__init__(product.read, product.clock)
        self.asked = 0
        self.was_asked = threading.Event()
        self.may_answer = threading.Event()

    def api_key(self, secret: str) -> ApiKey:
        self.asked += 1
        self.was_asked.set()
        self.may_answer.wait()
        return super().api_key(secret)


def test_many_requests_are_one_question(api: Api, product: Product, northwind: str) -> None:
    secret, ring = api.key(northwind), CountingRing(product)
    keys = KnownKeys(ring)

    async def ask() -> list[ApiKey]:
        questions = [asyncio.ensure_future(keys.api_key(secret)) for _ in range(10)]
        await asyncio.to_thread(ring.was_asked.wait)
        questions.pop().cancel()  # one of them hangs up
        ring.may_answer.set()
        return await asyncio.gather(*questions)

    assert {found.organization_id for found in asyncio.run(ask())} == {northwind}
    assert ring.asked == 1
    asyncio.run(keys.api_key(secret))
    assert ring.asked == 1


@pytest.mark.usefixtures("api")
def test_everyone_is_told_of_a_refusal_and_may_ask_again(product: Product) -> None:
    ring = CountingRing(product)
    ring.may_answer.set()
    keys = KnownKeys(ring)

    async def ask() -> list[ApiKey | BaseException]:
        return await asyncio.gather(*(keys.api_key("tbk_guess") for _ in range(3)), return_exceptions=True)

    for times in (1, 2):
        assert all(isinstance(refusal, ApiKeyRefused) for refusal in asyncio.run(ask()))
        assert ring.asked == times

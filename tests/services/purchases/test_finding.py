"""A purchase is seen by its organization, and by nobody else."""

import pytest

from billing_core.domain.errors import NotFound
from billing_core.domain.identity import Scope
from billing_core.services.purchases.find_purchases import list_purchases, purchase_of_session
from tests.services.purchases.shop import Shop

NORTHWIND = Scope(frozenset({"org_northwind"}))
CONTOSO = Scope(frozenset({"org_contoso"}))
EVERYTHING = Scope(None)


@pytest.mark.parametrize("scope", [NORTHWIND, EVERYTHING])
def test_the_return_page_finds_its_purchase_and_fulfils_nothing(shop: Shop, scope: Scope):
    purchase = shop.start()
    shop.gateway.pay(purchase)

    with shop.read() as uow:
        assert purchase_of_session(uow.purchases, f"cs_{purchase.id}", scope) == purchase
    assert shop.credits() == "0.00"


def test_a_session_of_another_organization_is_as_unknown_as_one_that_does_not_exist(shop: Shop):
    foreign = f"cs_{shop.start().id}"

    with shop.read() as uow:
        for session_id, scope in ((foreign, CONTOSO), ("cs_none", CONTOSO), ("' OR 1=1 --", EVERYTHING)):
            with pytest.raises(NotFound) as caught:
                purchase_of_session(uow.purchases, session_id, scope)
            assert caught.value.message == f"There is no checkout {session_id!r}."


def test_purchases_are_listed_newest_first_to_their_organization_only(shop: Shop):
    first = shop.start()
    shop.clock.advance(minutes=1)
    second = shop.start()

    with shop.read() as uow:
        assert list_purchases(uow.purchases, "org_northwind", NORTHWIND) == [second, first]
        assert list_purchases(uow.purchases, "org_northwind", NORTHWIND, count_max=1) == [second]
        with pytest.raises(NotFound):
            list_purchases(uow.purchases, "org_northwind", CONTOSO)

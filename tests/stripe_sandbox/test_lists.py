"""Lists and expansion: paging in both directions, filters by time, and ids turned into objects."""

import pytest
import stripe

from tests.stripe_sandbox.harness import Host


def test_lists_are_newest_first_and_paged_in_both_directions(host: Host) -> None:
    ids = [host.v1.customers.create({}).id for _ in range(5)][::-1]
    first = host.v1.customers.list({"limit": 2})
    assert ([each.id for each in first.data], first.has_more, first.url) == (ids[:2], True, "/v1/customers")
    second = host.v1.customers.list({"limit": 2, "starting_after": ids[1]})
    assert ([each.id for each in second.data], second.has_more) == (ids[2:4], True)
    last = host.v1.customers.list({"limit": 2, "starting_after": ids[3]})
    assert ([each.id for each in last.data], last.has_more) == (ids[4:], False)
    back = host.v1.customers.list({"limit": 2, "ending_before": ids[3]})
    assert ([each.id for each in back.data], back.has_more) == (ids[1:3], True)
    start = host.v1.customers.list({"limit": 2, "ending_before": ids[1]})
    assert ([each.id for each in start.data], start.has_more) == (ids[:1], False)
    assert [each.id for each in host.v1.customers.list({"limit": 2}).auto_paging_iter()] == ids


def test_a_list_shows_ten_unless_told(host: Host) -> None:
    for _ in range(11):
        host.v1.customers.create({})
    page = host.v1.customers.list()
    assert (len(page.data), page.has_more) == (10, True)


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ("limit=0", "limit", "parameter_invalid_integer"),
        ("limit=101", "limit", "parameter_invalid_integer"),
        ("limit=ten", "limit", "parameter_invalid_integer"),
        ("starting_after=cus_no", "starting_after", "resource_missing"),
        ("created[after]=1", "created[after]", "parameter_unknown"),
    ],
)
def test_a_page_that_makes_no_sense_is_refused(host: Host, query: str, param: str, code: str) -> None:
    answer = host.raw("GET", f"/v1/customers?{query}")
    assert answer.status_code == 400
    assert (answer.json()["error"]["param"], answer.json()["error"]["code"]) == (param, code)


def test_one_cannot_go_both_ways_at_once(host: Host) -> None:
    customer = host.v1.customers.create({}).id
    with pytest.raises(stripe.InvalidRequestError, match="only pass one"):
        host.v1.customers.list({"starting_after": customer, "ending_before": customer})


def test_lists_are_narrowed_by_time(host: Host) -> None:
    start = int(host.clock())
    ids: list[str] = []
    for _ in range(3):
        ids.append(host.v1.customers.create({}).id)
        host.clock.advance(10)
    assert [each.id for each in host.v1.customers.list({"created": {"gt": start, "lte": start + 20}})] == ids[:0:-1]
    assert [each.id for each in host.v1.customers.list({"created": start + 10})] == [ids[1]]


def test_expansion_follows_ids_into_lists_and_down_four_levels(host: Host) -> None:
    customer = host.v1.customers.create({"name": "Mira"}).id
    session = host.a_session(customer=customer)
    assert session.url is not None
    host.press(session.url, "pay")
    (listed,) = host.v1.checkout.sessions.list(
        {"expand": ["data.payment_intent.latest_charge.customer", "data.line_items.data.price.product"]}
    ).data
    assert isinstance(listed.payment_intent, stripe.PaymentIntent)
    assert isinstance(listed.payment_intent.latest_charge, stripe.Charge)
    assert isinstance(listed.payment_intent.latest_charge.customer, stripe.Customer)
    assert listed.line_items is not None
    assert listed.line_items.data[0].price is not None
    assert isinstance(listed.line_items.data[0].price.product, stripe.Product)


@pytest.mark.parametrize(
    "path", ["nothing", "success_url", "metadata", "locale", "payment_intent.nothing.x", "a.b.c.d.e"]
)
def test_what_is_no_id_cannot_be_expanded(host: Host, path: str) -> None:
    session = host.a_session()
    assert session.url is not None
    host.press(session.url, "pay")
    with pytest.raises(stripe.InvalidRequestError, match="expand") as refused:
        host.v1.checkout.sessions.retrieve(session.id, {"expand": [path]})
    assert refused.value.param == "expand"


def test_expanding_what_is_not_there_yet_gives_null(host: Host) -> None:
    session = host.a_session(expand=["payment_intent.latest_charge", "customer"])
    assert (session.payment_intent, session.customer) == (None, None)


def test_events_are_found_by_type_by_star_and_by_several_types(host: Host) -> None:
    customer = host.v1.customers.create({})
    host.v1.customers.update(customer.id, {"name": "Mira"})
    host.v1.products.create({"name": "x"})

    def types(**filters: object) -> list[str]:
        return [event.type for event in host.v1.events.list(filters)]  # type: ignore[arg-type]

    assert types(type="customer.updated") == ["customer.updated"]
    assert types(type="customer.*") == ["customer.updated", "customer.created"]
    assert types(type="customer.[a-z]*") == []
    assert types(types=["product.created", "customer.created"]) == ["product.created", "customer.created"]

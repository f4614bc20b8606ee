"""Line items of a Checkout session: what is bought, how many, and for how much."""

from decimal import ROUND_HALF_UP, Decimal

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.errors import StripeError, missing
from stripe_sandbox.fields import Fields
from stripe_sandbox.resources.prices import keep_price, read_price
from stripe_sandbox.storage import Resource, Transaction, new_id

_COUNT_MAX = 100
_COUNT_EXPANDED = 10
_QUANTITY_MAX = 999_999
_OF_SESSION = "json_extract(body, '$._session') = ?"


def find(call: Call) -> Resource:
    """The line items of a session, in the order they were given."""
    session = call.subject("checkout.session")
    return call.page("item", conditions={_OF_SESSION: session["id"]})


def of_session(tx: Transaction, session: Resource) -> list[Resource]:
    """All of what is bought, in the order it was given."""
    return tx.select("item", {_OF_SESSION: session["id"]})


def included(tx: Transaction, session: Resource) -> Resource:
    """What `expand=line_items` puts into a session."""
    items = of_session(tx, session)
    return {
        "object": "list",
        "data": items[:_COUNT_EXPANDED],
        "has_more": len(items) > _COUNT_EXPANDED,
        "url": f"/v1/checkout/sessions/{session['id']}/line_items",
    }


def add_line_items(call: Call, session: Resource) -> None:
    """Keeps the line items of a new session, and gives it their currency and total."""
    lines = call.fields.hashes("line_items")
    if not lines:
        raise missing("line_items")
    if len(lines) > _COUNT_MAX:
        raise StripeError(f"You can only have up to {_COUNT_MAX} line items.", param="line_items")
    items = [_read_line(call.tx, line, session) for line in lines]
    session["currency"] = items[0]["currency"]
    for index, item in enumerate(items):
        if item["currency"] != session["currency"]:
            message = f"All line items must be in one currency; this one is in {item['currency']}."
            raise StripeError(message, param=f"line_items[{index}]")
    session["amount_subtotal"] = session["amount_total"] = sum(item["amount_total"] for item in items)
    for item in reversed(items):  # kept last to first, because lists show the newest first
        call.tx.add(item)


def _read_line(tx: Transaction, line: Fields, session: Resource) -> Resource:
    price = _read_line_price(tx, line)
    if price["type"] == "recurring":
        message = (
            "You specified `payment` mode but passed a recurring price. "
            "Either switch to `subscription` mode or use only one-time prices."
        )
        raise StripeError(message, param=line.param("price"))
    quantity = line.integer("quantity", at_least=1, at_most=_QUANTITY_MAX)
    if quantity is None:
        raise missing(line.param("quantity"), f"Quantity is required. Add `{line.param('quantity')}`.")
    total = int((Decimal(price["unit_amount_decimal"]) * quantity).to_integral_value(ROUND_HALF_UP))
    return blank("item", without=("discounts", "taxes")) | {
        "id": new_id("li"),
        "_session": session["id"],
        "amount_subtotal": total,
        "amount_total": total,
        "currency": price["currency"],
        "description": tx.get("product", price["product"])["name"],
        "price": price,
        "quantity": quantity,
    }


def _read_line_price(tx: Transaction, line: Fields) -> Resource:
    price_id, described = line.take("price"), line.hash("price_data")
    if price_id and described:
        message = "You may only specify one of these parameters: price, price_data."
        raise StripeError(message, "parameters_exclusive", line.param("price"))
    if described:
        return keep_price(tx, read_price(tx, described, active=False))
    if not price_id:
        raise missing(line.param("price"))
    price = tx.get("price", price_id, line.param("price"))
    if not price["active"]:
        message = "The price specified is inactive. This field only accepts active prices."
        raise StripeError(message, param=line.param("price"))
    if not tx.get("product", price["product"])["active"]:
        message = f"The product of price {price_id} is inactive. Prices of inactive products cannot be bought."
        raise StripeError(message, "product_inactive", line.param("price"))
    return price


OPERATIONS: Operations = {
    ("GET", "/v1/checkout/sessions/{session}/line_items"): find,
}

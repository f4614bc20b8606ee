"""Prices: what one unit of a product costs, once or per interval."""

import json
from decimal import Decimal

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.currencies import AMOUNT_MAX, read_currency
from stripe_sandbox.errors import StripeError, missing
from stripe_sandbox.fields import Fields
from stripe_sandbox.resources.products import add_product
from stripe_sandbox.storage import Resource, Transaction, new_id
from stripe_sandbox.webhooks.outbox import emit, save_and_tell

_EXPANDED_ONLY = ("currency_options", "tiers")
_LOOKUP_KEY_LENGTH_MAX = 200


def create(call: Call) -> Resource:
    """A new price."""
    price = read_price(call.tx, call.fields)
    call.fields.copy(price, "active", "nickname")
    price["metadata"] = call.fields.metadata({})
    _read_lookup_key(call, price)
    return keep_price(call.tx, price)


def read_price(tx: Transaction, fields: Fields, *, active: bool = True) -> Resource:
    """The price these parameters describe, not kept yet; a product described with it is.

    An amount is a whole number of minor units, or a decimal with at most twelve places.
    """
    currency = read_currency(fields.needed("currency"), fields.param("currency"))
    recurring = _read_recurring(fields)
    return (
        blank("price", without=_EXPANDED_ONLY)
        | {
            "id": new_id("price"),
            "active": active,
            "created": tx.now,
            "currency": currency,
            "product": _read_product(tx, fields, active=active)["id"],
            "recurring": recurring,
            "tax_behavior": fields.take("tax_behavior", "unspecified"),
            "type": "recurring" if recurring else "one_time",
        }
        | _read_amount(fields)
    )


def keep_price(tx: Transaction, price: Resource) -> Resource:
    """Keeps and tells of a new price."""
    tx.add(price)
    emit(tx, "price.created", price)
    return price


def retrieve(call: Call) -> Resource:
    """One price."""
    return call.subject("price")


def update(call: Call) -> Resource:
    """Changes what may change: amount, currency and interval of a price never do."""
    before = call.subject("price")
    after = dict(before)
    call.fields.copy(after, "active", "nickname")
    after["metadata"] = call.fields.metadata(before["metadata"])
    if "tax_behavior" in call.fields:
        after["tax_behavior"] = call.fields.take("tax_behavior")
        if before["tax_behavior"] not in ("unspecified", after["tax_behavior"]):
            raise StripeError("The tax behavior of a price cannot be changed once it is set.", param="tax_behavior")
    _read_lookup_key(call, after)
    return save_and_tell(call.tx, "price.updated", before, after)


def find(call: Call) -> Resource:
    """Prices, newest first."""
    keys = call.fields.take("lookup_keys")
    in_keys = "json_extract(body, '$.lookup_key') IN (SELECT value FROM json_each(?))"
    conditions = {} if keys is None else {in_keys: json.dumps(keys)}
    return call.page("price", "active", "currency", "product", "type", conditions=conditions)


def _read_product(tx: Transaction, fields: Fields, *, active: bool) -> Resource:
    product_id, described = fields.take("product"), fields.hash("product_data")
    if product_id and described:
        message = "You may only specify one of these parameters: product, product_data."
        raise StripeError(message, "parameters_exclusive", fields.param("product"))
    if product_id:
        return tx.get("product", product_id, fields.param("product"))
    if described is None:
        raise missing(fields.param("product"))
    return add_product(tx, described, active=active)


def _read_amount(fields: Fields) -> Resource:
    whole = fields.integer("unit_amount", at_least=0, at_most=AMOUNT_MAX)
    exact = fields.decimal("unit_amount_decimal", at_least=Decimal(0))
    if whole is not None and exact is not None:
        message = "You may only specify one of these parameters: unit_amount, unit_amount_decimal."
        raise StripeError(message, "parameters_exclusive", fields.param("unit_amount"))
    amount = exact if whole is None else Decimal(whole)
    if amount is None:
        raise missing(fields.param("unit_amount"))
    is_whole = amount == amount.to_integral_value()
    return {
        "unit_amount": int(amount) if is_whole else None,
        "unit_amount_decimal": str(int(amount)) if is_whole else format(amount.normalize(), "f"),
    }


def _read_recurring(fields: Fields) -> Resource | None:
    recurring = fields.hash("recurring")
    if recurring is None:
        return None
    return {
        "interval": recurring.needed("interval"),
        "interval_count": recurring.integer("interval_count", at_least=1, at_most=1_095) or 1,
        "meter": None,
        "trial_period_days": None,
        "usage_type": recurring.take("usage_type", "licensed"),
    }


def _read_lookup_key(call: Call, price: Resource) -> None:
    transfer = call.fields.take("transfer_lookup_key", default=False)
    if "lookup_key" not in call.fields:
        return
    price["lookup_key"] = call.fields.text("lookup_key", length_max=_LOOKUP_KEY_LENGTH_MAX)
    holders = call.tx.all("price", lookup_key=price["lookup_key"], active=True) if price["lookup_key"] else []
    for holder in holders:
        if holder["id"] != price["id"] and not transfer:
            message = f"A price (`{holder['id']}`) already uses that lookup key."
            raise StripeError(message, "resource_already_exists", "lookup_key")
        if holder["id"] != price["id"]:
            save_and_tell(call.tx, "price.updated", holder, holder | {"lookup_key": None})


OPERATIONS: Operations = {
    ("POST", "/v1/prices"): create,
    ("GET", "/v1/prices"): find,
    ("GET", "/v1/prices/{price}"): retrieve,
    ("POST", "/v1/prices/{price}"): update,
}

"""Products: what prices are prices of."""

import json

from stripe_sandbox.call import Call, Operations
from stripe_sandbox.contract.skeletons import blank
from stripe_sandbox.errors import StripeError
from stripe_sandbox.fields import Fields
from stripe_sandbox.storage import Resource, Transaction, new_id
from stripe_sandbox.webhooks.outbox import emit, save_and_tell

_PLAIN = (
    "active",
    "description",
    "images",
    "marketing_features",
    "package_dimensions",
    "shippable",
    "statement_descriptor",
    "tax_code",
    "unit_label",
    "url",
)


def create(call: Call) -> Resource:
    """A new product."""
    return add_product(call.tx, call.fields)


def add_product(tx: Transaction, fields: Fields, *, active: bool = True) -> Resource:
    """Keeps and tells of the product these parameters describe; its `id` may be the caller's own."""
    product_id = fields.text("id") or new_id("prod", 14)
    if tx.find(product_id):
        raise StripeError("Product already exists.", "resource_already_exists", fields.param("id"))
    product = blank("product") | {
        "id": product_id,
        "active": active,
        "created": tx.now,
        "type": fields.take("type", "service"),
        "updated": tx.now,
    }
    _read(fields, product)
    tx.add(product)
    emit(tx, "product.created", product)
    return product


def retrieve(call: Call) -> Resource:
    """One product."""
    return call.subject("product")


def update(call: Call) -> Resource:
    """Changes what was sent."""
    before = call.subject("product")
    after = dict(before)
    _read(call.fields, after)
    if price := call.reference("price", "default_price"):
        if price["product"] != before["id"]:
            raise StripeError(f"The price {price['id']} belongs to another product.", param="default_price")
        after["default_price"] = price["id"]
    if after != before:
        after["updated"] = call.tx.now
    return save_and_tell(call.tx, "product.updated", before, after)


def find(call: Call) -> Resource:
    """Products, newest first."""
    ids = call.fields.take("ids")
    conditions = {} if ids is None else {"id IN (SELECT value FROM json_each(?))": json.dumps(ids)}
    return call.page("product", "active", "shippable", "type", "url", conditions=conditions)


def _read(fields: Fields, product: Resource) -> None:
    if "name" in fields:
        product["name"] = fields.needed("name")
    fields.copy(product, *_PLAIN)
    product["metadata"] = fields.metadata(product["metadata"])
    for name in ("images", "marketing_features"):
        product[name] = product[name] or []


OPERATIONS: Operations = {
    ("POST", "/v1/products"): create,
    ("GET", "/v1/products"): find,
    ("GET", "/v1/products/{id}"): retrieve,
    ("POST", "/v1/products/{id}"): update,
}

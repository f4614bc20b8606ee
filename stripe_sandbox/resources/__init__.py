"""What the embedded Stripe offers: one file for each resource, listing the requests it answers."""

from collections.abc import Callable, Mapping

from stripe_sandbox.call import Operations
from stripe_sandbox.resources import (
    charges,
    checkout_line_items,
    checkout_sessions,
    customers,
    events,
    payment_intents,
    payment_methods,
    prices,
    products,
    webhook_endpoints,
)
from stripe_sandbox.storage import Resource, Transaction

OPERATIONS: Operations = {
    **charges.OPERATIONS,
    **checkout_line_items.OPERATIONS,
    **checkout_sessions.OPERATIONS,
    **customers.OPERATIONS,
    **events.OPERATIONS,
    **payment_intents.OPERATIONS,
    **payment_methods.OPERATIONS,
    **prices.OPERATIONS,
    **products.OPERATIONS,
    **webhook_endpoints.OPERATIONS,
}

# Fields that are absent until `expand` asks for them: object and field -> what goes there.
INCLUDED: Mapping[tuple[str, str], Callable[[Transaction, Resource], Resource]] = {
    ("checkout.session", "line_items"): checkout_line_items.included,
}

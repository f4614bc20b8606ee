"""A stand-in for Stripe over HTTP on loopback, for a product that has no Stripe key.

The host mounts `create_app`, registers its webhook with `ensure_webhook_endpoint` or through the API, and starts and
stops a `Deliverer`. The official SDK talks to it with the key `API_KEY` and its mount address as base address.
"""

from stripe_sandbox.app import create_app, ensure_webhook_endpoint
from stripe_sandbox.gateway import API_KEY
from stripe_sandbox.webhooks.deliverer import Deliverer

__all__ = ["API_KEY", "Deliverer", "create_app", "ensure_webhook_endpoint"]

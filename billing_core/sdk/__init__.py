"""What a product embeds to meter, price and charge its own calls."""

from billing_core.sdk.billing_manager import BillingManager

__all__ = ["BillingManager"]

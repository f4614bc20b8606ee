"""What a product embeds to meter, price and charge its own calls: in process, or over HTTP by changing one line."""

from billing_core.sdk.billing_manager import BillingManager
from billing_core.sdk.billing_required import billing_required
from billing_core.sdk.connection import backend, connect, disconnect, use
from billing_core.sdk.context import billing_context, current_context
from billing_core.sdk.reserve import reserve
from billing_core.sdk.team_billing_manager import TeamBillingManager

__all__ = [
    "BillingManager",
    "TeamBillingManager",
    "backend",
    "billing_context",
    "billing_required",
    "connect",
    "current_context",
    "disconnect",
    "reserve",
    "use",
]

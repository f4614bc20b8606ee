"""What a product embeds to meter, price and charge its own calls."""

from billing_core.sdk.billing_manager import BillingManager
from billing_core.sdk.team_billing_manager import TeamBillingManager

__all__ = ["BillingManager", "TeamBillingManager"]

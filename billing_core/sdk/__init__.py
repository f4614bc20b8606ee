"""What a product embeds to meter, price and charge its own calls: in process, or over HTTP by changing one line."""

from billing_core.domain.usage import Quantities
from billing_core.domain.used import Used
from billing_core.sdk.agents.billed import billed
from billing_core.sdk.agents.billed_agent import BilledAgent
from billing_core.sdk.agents.information_pipeline import BilledInformationPipeline
from billing_core.sdk.agents.token_monitors import InputTokenMonitor, LLMTokenMonitor, OutputTokenMonitor
from billing_core.sdk.billing_manager import BillingManager
from billing_core.sdk.billing_required import billing_required
from billing_core.sdk.connection import backend, connect, disconnect, use
from billing_core.sdk.context import billing_context, current_context
from billing_core.sdk.credit_service import CreditService, credit_service
from billing_core.sdk.pricing_service import PricingService
from billing_core.sdk.reserve import reserve
from billing_core.sdk.team_billing_manager import TeamBillingManager
from billing_core.sdk.token_billing_manager import TokenBasedBillingManager
from billing_core.sdk.usage_tracker import UsageTracker
from billing_core.sdk.usage_tracking_service import UsageTrackingService
from billing_core.sdk.used_in import used_in

__all__ = [
    "BilledAgent",
    "BilledInformationPipeline",
    "BillingManager",
    "CreditService",
    "InputTokenMonitor",
    "LLMTokenMonitor",
    "OutputTokenMonitor",
    "PricingService",
    "Quantities",
    "TeamBillingManager",
    "TokenBasedBillingManager",
    "UsageTracker",
    "UsageTrackingService",
    "Used",
    "backend",
    "billed",
    "billing_context",
    "billing_required",
    "connect",
    "credit_service",
    "current_context",
    "disconnect",
    "reserve",
    "use",
    "used_in",
]

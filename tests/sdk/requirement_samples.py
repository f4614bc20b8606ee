"""The Python samples of the requirement documents, to the letter but for spaces at the end of lines."""

# Where what they import is here.
IMPORTED_FROM = {
    "web_server.billing_middleware": "billing_core.sdk",
    "web_server.billing_manager": "billing_core.sdk",
    "billing.models": "billing_core.sdk.models",
    "billing.pipeline_integration": "billing_core.sdk",
}

DECORATED_AGENT = """
from web_server.billing_middleware import billing_required

class MyAgent:
    @billing_required("MyFeature", units=1)
    def process(self, data):
        # Agent logic here
        pass
"""

CHECKING_BALANCE = """
from web_server.billing_manager import BillingManager

balance = BillingManager.get_balance(organization_id)
print(f"Current balance: {balance} RUB")
"""

CHARGING_FOR_USAGE = """
from web_server.billing_manager import BillingManager

amount_charged = BillingManager.charge(
    organization_id=org_id,
    feature_name="CategorizationAgent",
    units=1,
    user_id=user_id
)
"""

SETTING_UP_THE_DATABASE = """
from billing.models import Base, engine
Base.metadata.create_all(engine)
"""

PIPELINE = """
from sqlalchemy.orm import sessionmaker
from billing.models import Base, engine
from billing.pipeline_integration import BilledInformationPipeline

# Set up database
Base.metadata.create_all(engine)
Session = sessionmaker(bind=engine)
session = Session()

# Create pipeline
pipeline = BilledInformationPipeline(session, "org-id", "user-id")

# Process data
result = pipeline.process("Sample input data")
print(result)
"""

CREDIT_BALANCE = """
# In an API endpoint
balance = await credit_service.get_balance(organization_id)
print(f"Available: {balance['available']} credits")
"""

AGENT_THAT_CONSUMES_CREDITS = """
class ContentAgent(BaseCrew):
    async def generate_content(self, topic: str):
        # Credits are automatically consumed
        await self.consume_credits_for_action(
            action='generate_content',
            metadata={'topic': topic}
        )

        # Generate content
        result = await self._generate(topic)
        return result
"""

SUBSCRIPTION_PLANS = """
SUBSCRIPTION_PLANS = {
    'free': {
        'ai_responses_limit': 50,
        'document_uploads_limit': 5,
        'storage_limit_gb': 1,
    },
    'basic': {
        'ai_responses_limit': 500,
        'document_uploads_limit': 50,
        'storage_limit_gb': 10,
    },
    # ... more plans
}
"""

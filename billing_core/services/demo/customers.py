"""The dozen customers of the demo data; people and organizations are inventions."""

from billing_core.domain.identity import MemberRole
from billing_core.services.demo.customer import Colleague, Customer, Gift, Rhythm, Workload

# Midnight to midnight, and Monday to Sunday.
OFFICE = Rhythm(
    hours=(2, 1, 1, 1, 2, 4, 10, 26, 58, 84, 92, 88, 66, 78, 94, 96, 88, 70, 42, 24, 16, 11, 7, 4),
    weekdays=(98, 104, 106, 102, 90, 24, 18),
)
SHOPPING = Rhythm(
    hours=(14, 8, 5, 4, 4, 6, 12, 22, 32, 42, 50, 56, 62, 58, 54, 56, 62, 70, 82, 94, 98, 88, 62, 32),
    weekdays=(84, 82, 86, 92, 108, 130, 118),
)
ALL_DAY = Rhythm(
    hours=(46, 42, 40, 40, 44, 50, 58, 66, 76, 84, 88, 88, 82, 86, 90, 88, 82, 76, 70, 64, 60, 56, 52, 48),
    weekdays=(100, 102, 104, 102, 98, 78, 74),
)

CUSTOMERS = (
    Customer(
        name="Northwind AI",
        domain="northwind.demo",
        plan_code="team",
        seats=8,
        time_zone="America/Los_Angeles",
        months=7,
        period_day=18,
        calls=64_000,
        growth_percent=45,
        rhythm=OFFICE,
        package="jumbo",
        credits_min=150,
        gifts=(Gift(name="Launch partner credits", credits=400, days_ago=64, valid_days=120),),
        storage_gb=(21.4, 33.9),
        people=(
            Colleague("Priya Raman", "Product", 9, MemberRole.OWNER),
            Colleague("Marco Bianchi", "Support", 24),
            Colleague("Hannah Cole", "Finance", 2, MemberRole.BILLING),
            Colleague("Jonas Weber", "Support", 21),
            Colleague("Amara Okafor", "Support", 18),
            Colleague("Lena Fischer", "Product", 12),
            Colleague("Tom Brandt", "Research", 8),
        ),
        workloads=(
            Workload(share=34, feature="ai_response", provider="anthropic", model="claude-opus-4-1", cached_percent=35),
            Workload(share=13, feature="ai_response", provider="openai", model="o1"),
            Workload(share=17, feature="ai_response", provider="google", model="gemini-2.5-pro", cached_percent=20),
            Workload(share=14, feature="chat", provider="anthropic", model="claude-sonnet-4-5", cached_percent=45),
            Workload(share=9, feature="search", provider="openai", model="gpt-4o"),
            Workload(share=9, feature="embedding", provider="openai", model="text-embedding-3-small", has_output=False),
            Workload(
                share=4,
                feature="CategorizationAgent",
                provider="mistral",
                model="mistral-large",
                calls_per_run=5,
            ),
        ),
    ),
    Customer(
        name="Acme Robotics",
        domain="acme-robotics.demo",
        plan_code="team",
        seats=6,
        time_zone="America/New_York",
        months=5,
        period_day=11,
        calls=43_000,
        rhythm=ALL_DAY,
        people=(
            Colleague("Grace Lindholm", "Engineering", 14, MemberRole.OWNER),
            Colleague("Victor Chen", "Engineering", 26),
            Colleague("Ines Moreau", "Field service", 19),
            Colleague("Samuel Adeyemi", "Field service", 16),
            Colleague("Ruth Kessler", "Finance", 1, MemberRole.BILLING),
        ),
        workloads=(
            Workload(share=27, feature="ai_response", provider="anthropic", model="claude-opus-4-1", cached_percent=25),
            Workload(share=16, feature="ai_response", provider="openai", model="o1"),
            Workload(share=14, feature="ai_response", provider="mistral", model="mistral-large"),
            Workload(share=18, feature="chat", provider="anthropic", model="claude-sonnet-4-5", cached_percent=40),
            Workload(share=15, feature="image_analysis", provider="google", model="gemini-2.5-pro"),
            Workload(share=10, feature="summarization", provider="openai", model="gpt-4o-mini"),
        ),
    ),
    Customer(
        name="Bluebird Health",
        domain="bluebird.demo",
        plan_code="free",
        time_zone="Europe/London",
        months=4,
        period_day=9,
        calls=15_000,
        rhythm=OFFICE,
        top_up=150,
        balance_min=30,
        gifts=(
            Gift(
                name="Goodwill credits", credits=120, days_ago=20, valid_days=180, features=frozenset({"content_agent"})
            ),
        ),
        people=(
            Colleague("Eleanor Hughes", "Care coordination", 22, MemberRole.OWNER),
            Colleague("Daniel Osei", "Records", 17),
        ),
        workloads=(
            Workload(
                share=40, feature="summarization", provider="anthropic", model="claude-sonnet-4-5", cached_percent=30
            ),
            Workload(share=28, feature="chat", provider="openai", model="gpt-4"),
            Workload(share=22, feature="search", provider="google", model="gemini-2.5-pro"),
            Workload(
                share=10, feature="embedding", provider="openai", model="text-embedding-3-small", has_output=False
            ),
        ),
    ),
    Customer(
        name="Cascade Legal",
        domain="cascade-legal.demo",
        plan_code="starter",
        time_zone="America/Chicago",
        months=6,
        period_day=25,
        calls=27_500,
        growth_percent=20,
        rhythm=OFFICE,
        storage_gb=(7.1, 8.6),
        people=(
            Colleague("Margaret Boyle", "Litigation", 15, MemberRole.OWNER),
            Colleague("Andre Fontaine", "Contracts", 20),
            Colleague("Sofia Marques", "Contracts", 18, MemberRole.BILLING),
        ),
        workloads=(
            Workload(
                share=46, feature="summarization", provider="anthropic", model="claude-haiku-4-5", cached_percent=30
            ),
            Workload(share=30, feature="search", provider="google", model="gemini-2.5-flash"),
            Workload(share=22, feature="chat", provider="openai", model="gpt-4o-mini"),
            Workload(share=2, feature="document_upload", provider="google", model="gemini-2.5-flash"),
        ),
    ),
    Customer(
        name="Delta Freight",
        domain="delta-freight.demo",
        plan_code="free",
        time_zone="Europe/Berlin",
        months=9,
        period_day=4,
        calls=20_000,
        growth_percent=25,
        rhythm=ALL_DAY,
        top_up=250,
        balance_min=60,
        people=(
            Colleague("Katrin Vogel", "Dispatch", 20, MemberRole.OWNER),
            Colleague("Piotr Nowak", "Customs", 14),
        ),
        workloads=(
            Workload(share=34, feature="chat", provider="anthropic", model="claude-sonnet-4-5", cached_percent=35),
            Workload(share=24, feature="translation", provider="openai", model="gpt-4o"),
            Workload(share=20, feature="translation", provider="mistral", model="mistral-large"),
            Workload(share=22, feature="completion", provider="openai", model="gpt-4"),
        ),
    ),
    Customer(
        name="Evergreen Bank",
        domain="evergreen-bank.demo",
        plan_code="starter",
        time_zone="America/Toronto",
        months=3,
        period_day=21,
        calls=17_000,
        rhythm=OFFICE,
        top_up=300,
        balance_min=60,
        storage_gb=(2.2, 5.3),
        people=(
            Colleague("Charlotte Reid", "Lending", 17, MemberRole.OWNER),
            Colleague("Nikhil Rao", "Compliance", 12),
            Colleague("Ava Thompson", "Lending", 15),
        ),
        workloads=(
            Workload(share=40, feature="ai_response", provider="anthropic", model="claude-opus-4-1", cached_percent=30),
            Workload(share=25, feature="chat", provider="openai", model="gpt-5", cached_percent=30),
            Workload(share=27, feature="search", provider="google", model="gemini-2.5-pro"),
            Workload(share=8, feature="document_upload", provider="google", model="gemini-2.5-flash"),
        ),
    ),
    Customer(
        name="Foxglove Media",
        domain="foxglove.demo",
        plan_code="starter",
        time_zone="Europe/Paris",
        months=4,
        period_day=15,
        calls=11_000,
        rhythm=OFFICE,
        package="large",
        credits_min=120,
        people=(
            Colleague("Camille Laurent", "Editorial", 20, MemberRole.OWNER),
            Colleague("Hugo Petit", "Editorial", 16),
            Colleague("Nadia Haddad", "Studio", 9),
        ),
        workloads=(
            Workload(
                share=5, feature="generate_content", provider="anthropic", model="claude-opus-4-1", calls_per_run=4
            ),
            Workload(
                share=9, feature="content_agent", provider="anthropic", model="claude-sonnet-4-5", calls_per_run=8
            ),
            Workload(
                share=40, feature="completion", provider="anthropic", model="claude-sonnet-4-5", cached_percent=40
            ),
            Workload(share=26, feature="translation", provider="mistral", model="mistral-large"),
            Workload(share=20, feature="image_analysis", provider="google", model="gemini-2.5-flash"),
        ),
    ),
    Customer(
        name="Granite Insurance",
        domain="granite.demo",
        plan_code="enterprise",
        time_zone="America/New_York",
        months=11,
        period_day=6,
        calls=18_000,
        growth_percent=15,
        rhythm=OFFICE,
        storage_gb=(180.0, 214.0),
        people=(
            Colleague("Walter Greene", "Claims", 12, MemberRole.OWNER),
            Colleague("Beatriz Santos", "Claims", 20),
            Colleague("Oliver Grant", "Underwriting", 16),
            Colleague("Mei Tanaka", "Underwriting", 14),
            Colleague("Dorothy Lane", "Finance", 2, MemberRole.BILLING),
        ),
        workloads=(
            Workload(share=44, feature="chat", provider="openai", model="gpt-4o-mini", cached_percent=30),
            Workload(share=24, feature="document_upload", provider="google", model="gemini-2.5-flash"),
            Workload(share=28, feature="search", provider="mistral", model="mistral-7b"),
            Workload(share=4, feature="CategorizationAgent", provider="anthropic", model="claude-haiku-4-5"),
        ),
    ),
    Customer(
        name="Harbor Retail",
        domain="harbor-retail.demo",
        plan_code="starter",
        time_zone="Australia/Sydney",
        months=5,
        period_day=13,
        calls=16_000,
        growth_percent=55,
        rhythm=SHOPPING,
        top_up=200,
        balance_min=50,
        people=(
            Colleague("Isla Campbell", "Online shop", 24, MemberRole.OWNER),
            Colleague("Liam Nguyen", "Stores", 11),
        ),
        workloads=(
            Workload(share=36, feature="ai_response", provider="openai", model="o1"),
            Workload(
                share=20, feature="ai_response", provider="anthropic", model="claude-sonnet-4-5", cached_percent=50
            ),
            Workload(share=44, feature="search", provider="google", model="gemini-2.5-flash"),
        ),
    ),
    Customer(
        name="Ironwood Labs",
        domain="ironwood.demo",
        plan_code="professional",
        time_zone="Asia/Kolkata",
        months=3,
        period_day=8,
        calls=8_500,
        rhythm=OFFICE,
        people=(
            Colleague("Ananya Iyer", "Research", 20, MemberRole.OWNER),
            Colleague("Rahul Mehta", "Research", 17),
            Colleague("Farah Siddiqui", "Platform", 8),
        ),
        workloads=(
            Workload(share=30, feature="chat", provider="openai", model="gpt-5", cached_percent=50),
            Workload(share=22, feature="completion", provider="anthropic", model="claude-haiku-4-5"),
            Workload(
                share=34, feature="embedding", provider="openai", model="text-embedding-3-small", has_output=False
            ),
            Workload(share=14, feature="chat", provider="self-hosted", model="llama-3.3-70b"),
        ),
    ),
    Customer(
        name="Juniper Travel",
        domain="juniper-travel.demo",
        plan_code="free",
        time_zone="Europe/Madrid",
        months=2,
        period_day=23,
        calls=9_500,
        rhythm=SHOPPING,
        package="small",
        credits_min=25,
        people=(Colleague("Lucia Ortega", "Bookings", 20, MemberRole.OWNER),),
        workloads=(
            Workload(share=55, feature="translation", provider="mistral", model="mistral-large"),
            Workload(share=45, feature="chat", provider="google", model="gemini-2.5-flash"),
        ),
    ),
    Customer(
        name="Kestrel Energy",
        domain="kestrel-energy.demo",
        plan_code="free",
        time_zone="Africa/Nairobi",
        months=2,
        period_day=24,
        calls=3_600,
        growth_percent=20,
        rhythm=OFFICE,
        asks_first=True,
        people=(Colleague("Wanjiru Kamau", "Grid planning", 20, MemberRole.OWNER),),
        workloads=(
            Workload(share=80, feature="chat", provider="openai", model="gpt-4o-mini"),
            Workload(share=20, feature="ai_response", provider="anthropic", model="claude-haiku-4-5"),
        ),
    ),
)

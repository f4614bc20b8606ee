"""A catalogue for tests: a real database, real files or YAML written in the test, and small terms to change."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import finalize

from sqlalchemy import Engine, create_engine, text

from billing_core.adapters.catalog_files.folder import read_catalog_folder
from billing_core.adapters.catalog_files.yaml_file import parse_yaml
from billing_core.adapters.database.engine import Database
from billing_core.adapters.database.unit_of_work import UnitOfWork
from billing_core.domain.identity import Actor
from billing_core.domain.plan_document import terms_from_document
from billing_core.domain.plans import PlanTerms
from billing_core.services.catalog.source_file import SourceFile
from tests.databases import a_database_url, is_on_postgresql, migrate_to_newest

CATALOG_FOLDER = Path(__file__).parent.parent / "data" / "catalog"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DANA = Actor("person", "per_dana", "Dana Ruiz", "127.0.0.1")

FEATURES = """
features:
  - {code: chat, name: Chat, description: A message., unit: call}
  - code: storage
    name: Storage
    description: Space.
    unit: byte
    display_unit: GB
    units_per_display_unit: 1_000_000_000
    aggregation: max
"""
PLANS = """
plans:
  - code: pro
    name: Pro
    description: For work.
    versions:
      - effective_from: 2026-01-01
        price_month: 49.00
        seats_included: 1
        seats_max: 1
        credit_value: 0.10
        allowances:
          calls: {name: AI calls, quantity: 1000}
        features:
          chat: {allowance: calls, price: {kind: per_unit, amount: 0.01}, beyond: overage}
"""
PACKAGES = """
packages:
  - code: small
    name: Small
    offers:
      - {effective_from: 2026-01-01, credits: 100, price: 9.90, valid_months: 12}
"""
PROVIDER_PRICES = """
provider_prices:
  - provider: openai
    model: gpt-4
    prices:
      - {effective_from: 2026-01-01, per: token, input: 0.00003, output: 0.00006}
"""
SETTINGS = """
sign_up: {credits: 100, valid_days: 90}
alert_rules:
  - {kind: allowance_used, threshold: 80}
"""


def the_files() -> Mapping[str, SourceFile]:
    """The catalogue that is shipped."""
    return read_catalog_folder(CATALOG_FOLDER)


def small_files(**changed: str) -> Mapping[str, SourceFile]:
    """A small catalogue; give a file's text by its name to change it."""
    texts = {
        "features": FEATURES,
        "plans": PLANS,
        "packages": PACKAGES,
        "provider_prices": PROVIDER_PRICES,
        "settings": SETTINGS,
    }
    return {name: parse_yaml(content, f"{name}.yml") for name, content in (texts | changed).items()}


def a_database() -> Engine:
    """An empty database with every table."""
    folder = TemporaryDirectory()
    url = a_database_url(Path(folder.name), migrate_to_newest)
    engine = Database(url).engine if is_on_postgresql() else create_engine(url)
    finalize(engine, folder.cleanup)
    return engine


def a_unit(engine: Engine | None = None) -> UnitOfWork:
    """A unit of work in a transaction that nobody commits."""
    return UnitOfWork((engine or a_database()).connect())


def row_counts(uow: UnitOfWork) -> dict[str, int]:
    """How many rows each table of the catalogue has."""
    tables = ("feature", "plan", "plan_version", "credit_package", "provider_price", "alert_rule")
    connection = uow.catalog._connection
    return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}


def some_terms(**changed: Any) -> PlanTerms:
    """Terms as a document says them, with fields of the document changed."""
    document: dict[str, Any] = {
        "currency": "USD",
        "price_month": "49.00",
        "seats_included": 5,
        "seats_max": 5,
        "credits_per_month": "0",
        "credit_value": "0.10",
        "allowances": {"calls": {"name": "AI calls", "quantity": 1000}},
        "features": {
            "chat": {"allowance": "calls", "beyond": "overage", "price": {"kind": "per_unit", "amount": "0.01"}},
        },
    }
    return terms_from_document(document | changed)

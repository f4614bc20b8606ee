"""Make a database ready for use: newest schema, chart of accounts, catalogue, provider prices."""

from collections.abc import Callable

from billing_core.adapters.catalog_files.folder import read_catalog_folder
from billing_core.adapters.database.migrate import migrate
from billing_core.adapters.provider_prices.genai_prices_source import GenaiPricesSource
from billing_core.adapters.usage_files.call_trace import read_call_trace
from billing_core.bootstrap.application import CATALOG_FOLDER, Application
from billing_core.services.adjustments.find_repriceable import find_repriceable, repricing_hint
from billing_core.services.catalog.import_provider_prices import import_provider_prices
from billing_core.services.catalog.load_catalog import load_catalog
from billing_core.services.demo.load_demo import load_demo
from billing_core.services.demo.ports import OnProgress
from billing_core.settings import ROOT

DEMO_TRACE = ROOT / "data" / "demo" / "azure_llm_trace.csv.gz"

Progress = Callable[[str], None]


def initialize(application: Application, progress: Progress) -> None:
    """Bring everything up to date; doing it again changes nothing. InvalidCatalog when a catalogue file is wrong."""
    application.settings.data_dir.mkdir(parents=True, exist_ok=True)
    progress("Preparing the database")
    migrate(application.database)
    with application.write() as uow:
        uow.ledger.open_accounts()
    progress("Loading the catalogue")
    with application.write() as uow:
        load_catalog(uow, read_catalog_folder(CATALOG_FOLDER), application.clock.now())
    progress("Importing provider prices")
    with application.write() as uow:
        imported = import_provider_prices(uow.catalog, GenaiPricesSource(), application.clock.now())
    if imported.prices_added:
        with application.read() as uow:
            for line in repricing_hint(find_repriceable(uow)):
                progress(line)


def load_demo_data(application: Application, on_progress: OnProgress) -> bool:
    """Fill the last 90 days with demo customers; False, with nothing changed, where they are there already."""
    return load_demo(
        application.write,
        application.passwords,
        application.catalog_settings,
        read_call_trace(DEMO_TRACE),
        application.clock.now(),
        on_progress,
    )

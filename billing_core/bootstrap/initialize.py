"""Make a database ready for use: newest schema, chart of accounts, catalogue, provider prices."""

from collections.abc import Callable

from billing_core.adapters.catalog_files.folder import read_catalog_folder
from billing_core.adapters.database.migrate import migrate
from billing_core.adapters.provider_prices.genai_prices_source import GenaiPricesSource
from billing_core.bootstrap.application import CATALOG_FOLDER, Application
from billing_core.services.catalog.import_provider_prices import import_provider_prices
from billing_core.services.catalog.load_catalog import load_catalog

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
        import_provider_prices(uow.catalog, GenaiPricesSource(), application.clock.now())

"""The prices that come with the genai-prices package: offline, and the same for everyone with the same version."""

from importlib.metadata import version

from billing_core.services.catalog.price_source import PriceList

PACKAGE = "genai-prices"


class GenaiPricesSource:
    """The installed genai-prices, by its version."""

    name = PACKAGE

    def __init__(self) -> None:
        self.version = version(PACKAGE)

    def read(self) -> PriceList:
        """All its prices; takes a second or two."""
        # The package keeps its prices as 30,000 lines of Python: they are loaded only when they are to be imported.
        from billing_core.adapters.provider_prices.genai_price_list import read_price_list

        return read_price_list(self.name, self.version)

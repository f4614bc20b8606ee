"""Taking in files that tests write."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import RowMapping, Table, select

from billing_core.adapters.database.schema.usage import dead_letter, usage_event
from billing_core.adapters.usage_files.open_usage_file import open_usage_file
from billing_core.domain.errors import BillingError
from billing_core.services.ingestion.ingest_file import IngestRequest, ingest_file
from billing_core.services.ingestion.summary import IngestSummary
from tests.product import Product


class Inbox:
    """Takes in files that tests write, for one organization."""

    def __init__(self, product: Product, organization: str, folder: Path) -> None:
        self.product, self.organization, self.folder = product, organization, folder
        self.progress: list[tuple[int, float]] = []
        self.write: Callable[[], AbstractContextManager[Any]] = product.write

    def take(self, content: str | bytes, name: str = "usage.csv", **options: Any) -> IngestSummary:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.take_file(path, **options)

    def take_file(self, path: Path, **options: Any) -> IngestSummary:
        wanted: dict[str, Any] = {
            "feature": "chat",
            "provider": "openai",
            "model": "gpt-4",
            "organization_id": self.organization,
        }
        request = IngestRequest(file=open_usage_file(path), **(wanted | options))
        return ingest_file(
            self.write, self.product.clock, request, lambda rows, part: self.progress.append((rows, part))
        )

    def stored(self, table: Table = usage_event) -> list[RowMapping]:
        with self.product.database.read() as connection:
            return list(connection.execute(select(table)).mappings())

    def refused(self, content: str, name: str = "usage.csv", **options: Any) -> BillingError:
        """The error a file is turned away with, having made sure that nothing was written."""
        with pytest.raises(BillingError) as refused:
            self.take(content, name, **options)
        assert self.stored() == self.stored(dead_letter) == []
        return refused.value

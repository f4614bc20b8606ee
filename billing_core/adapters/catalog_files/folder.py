"""The catalogue's folder: which files it has, and reading them all."""

from collections.abc import Mapping
from pathlib import Path

from billing_core.adapters.catalog_files.yaml_file import read_yaml
from billing_core.services.catalog.read_catalog import FILES
from billing_core.services.catalog.source_file import SourceFile


def read_catalog_folder(folder: Path) -> Mapping[str, SourceFile]:
    """Every file of the catalogue by its name without suffix; faults of notation stay inside the files."""
    return {name: read_yaml(folder / f"{name}.yml") for name in FILES}

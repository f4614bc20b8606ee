"""A package by what a buyer calls it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from billing_core.domain.credits import CreditPackage
from billing_core.domain.errors import NotFound


class Packages(Protocol):
    """The packages on sale."""

    def packages_on_sale(self, at: datetime) -> Sequence[CreditPackage]:
        """The packages on sale at a time, the smallest first."""
        ...


def find_package(packages: Packages, name: str, now: datetime) -> CreditPackage:
    """The package on sale with that id or code; NotFound naming those there are."""
    on_sale = packages.packages_on_sale(now)
    for package in on_sale:
        if name in (package.id, package.code):
            return package
    codes = ", ".join(package.code for package in on_sale) or "none"
    raise NotFound(f"There is no credit package {name!r} on sale. On sale: {codes}.", field="package_id")

"""Processes with leases on one organization: together they admit what is there, and the dead hold nothing for ever."""

import subprocess
import sys

from billing_core.services.charging.expire_holds import expire_holds
from tests.product import Product
from tests.services.charging.lease_worker import work
from tests.services.charging.test_admission import admit_all, product, wallet

__all__ = ["product"]

WORKER = "tests.services.charging.lease_worker"


def started(product: Product, owner: str, how: str) -> "subprocess.Popen[str]":
    settings = product.settings
    place = [settings.database, str(settings.data_dir), owner, how]
    return subprocess.Popen([sys.executable, "-m", WORKER, *place], stdout=subprocess.PIPE, text=True)


def test_processes_and_threads_together_admit_exactly_what_is_there(product: Product) -> None:
    owner = product.organization(credits="2000")
    children = [started(product, owner, f"child-{number}") for number in range(2)]
    receipts = work(product, owner, "parent")
    counts = [int(child.communicate()[0]) for child in children]
    assert [child.returncode for child in children] == [0, 0]
    product.admission.close()
    rest = len(admit_all(product.admission, owner))
    assert len(receipts) + sum(counts) + rest == 1_000
    assert wallet(product, owner) == (f"{2 * rest}.00", f"{2 * rest}.00", "0.00")
    assert wallet(product, owner, "USD") == ("0.00", "0.00", "0.00")


def test_what_a_killed_process_had_leased_is_free_after_its_lease_has_ended(product: Product) -> None:
    owner = product.organization(credits="2000")
    child = started(product, owner, "killed")
    assert child.communicate()[0] == "admitted\n"
    assert wallet(product, owner)[1] == "100.00"
    product.clock.advance(seconds=59)
    assert expire_holds(product.write, product.clock) == 0
    product.clock.advance(seconds=1)
    assert expire_holds(product.write, product.clock) == 1
    assert wallet(product, owner) == ("2000.00", "0.00", "0.00")

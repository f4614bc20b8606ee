"""Tollbooth's engine: metering, pricing, limits, ledger and reports for AI products."""

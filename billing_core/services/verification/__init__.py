"""Self-audit: every invariant recomputed on live data."""

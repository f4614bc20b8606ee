"""Reports: what is asked about usage, and what the figures in the answers mean."""

"""The catalogue: what stands in its files, and bringing that into the system of record."""

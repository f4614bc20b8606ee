"""Demo data: a dozen invented customers whose calls are dealt from a real trace."""

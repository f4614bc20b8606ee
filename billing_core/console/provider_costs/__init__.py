"""Provider costs: what providers charge, what customers pay for it, and what has no price."""

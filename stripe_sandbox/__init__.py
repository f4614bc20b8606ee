"""A stand-in for Stripe over HTTP on loopback: the default when no key is set."""

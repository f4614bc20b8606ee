"""Stand-in for Stripe."""

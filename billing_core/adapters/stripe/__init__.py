"""Stripe through its official SDK: the live mode, its test mode, or the embedded stand-in, as the keys say."""

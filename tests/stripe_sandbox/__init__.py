"""The stand-in for Stripe, driven by the official SDK over HTTP."""

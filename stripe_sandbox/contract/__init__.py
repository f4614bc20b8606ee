"""Stripe's published contract, read from the installed `stripe` package: which requests and answers are right."""

import stripe

API_VERSION: str = stripe.api_version  # what the installed SDK sends and understands

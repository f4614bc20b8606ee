"""Stripe's published contract, read from the installed `stripe` package: which requests and answers are right."""

"""Charging usage: one batch path for calls, imports and middleware."""

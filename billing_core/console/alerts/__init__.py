"""Alerts: what crossed a threshold, what follows from it, and the rules that watch."""

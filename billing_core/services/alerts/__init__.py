"""Alerts: raised in the transaction that crosses a threshold, edited and acknowledged in the console."""

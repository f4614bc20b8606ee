"""Puts the parts together: the one place that knows which adapters serve the services."""

from billing_core.bootstrap.application import Application, application

__all__ = ["Application", "application"]

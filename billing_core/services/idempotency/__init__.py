"""Requests that are sent again are answered again, not done again."""

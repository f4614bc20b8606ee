"""Limits: how much of what a plan includes has been used, and when it will be used up."""

"""Seats: members added, removed and paid for as the plan says."""

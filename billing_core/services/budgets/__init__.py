"""Budgets: made, changed, increased for a while, archived and read; what they refuse is decided while charging."""

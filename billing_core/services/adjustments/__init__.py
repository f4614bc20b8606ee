"""Correcting charged events by facts beside them: nothing that was recorded ever changes."""

"""What clicks change: one form, one operation key, one command."""

"""Taking in usage from files: strict per row, idempotent per identity, through the one charging path."""

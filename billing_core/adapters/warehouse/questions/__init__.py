"""The questions about usage, a file each: an expression over the events, and its rows as answers."""

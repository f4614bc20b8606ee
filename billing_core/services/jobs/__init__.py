"""Background work: each job runs in one process at a time, whichever holds its lease."""

"""Use cases: a folder per noun, a file per verb, and the ports they need."""

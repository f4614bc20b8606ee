"""Use cases: a folder per noun, a file per verb, and the Protocols for what they need from outside."""

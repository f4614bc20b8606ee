"""The overview: what came in, what it cost, who is close to a limit."""

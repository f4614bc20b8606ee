"""People, how they sign in, and the sessions that keep them signed in."""

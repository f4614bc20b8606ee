"""Organizations: opening them, their departments, members, API keys, and the plan they are on."""

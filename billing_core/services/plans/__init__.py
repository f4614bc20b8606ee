"""Plans: drafts of their next versions, publishing them, and what a change would mean."""

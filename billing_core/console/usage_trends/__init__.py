"""Usage trends: when, by whom and with what, how fast and how often it fails."""

"""Where provider prices are imported from."""

"""Automatic top-ups of the prepaid balance, from the card a customer saved."""

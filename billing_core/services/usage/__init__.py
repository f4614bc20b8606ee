"""Usage as product code asks for it: its history, and what a person or an organization used."""

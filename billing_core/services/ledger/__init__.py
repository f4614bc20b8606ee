"""The ledger: taking entries back, sealing them, statements and trial balances."""

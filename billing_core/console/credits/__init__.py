"""Credits: what is left and for how long, buying more, and where every one of them came from and went."""

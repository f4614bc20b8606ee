"""Credits and balance: granting, topping up, and what is left."""

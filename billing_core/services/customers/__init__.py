"""Organizations as the payment provider knows them."""

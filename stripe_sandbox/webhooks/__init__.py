"""Events on their way to the host: queued with the change they tell of, signed, and sent until they are taken."""

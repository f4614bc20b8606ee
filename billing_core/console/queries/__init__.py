"""What screens ask, remembered for a while; every answer is remembered for the organizations it is about."""

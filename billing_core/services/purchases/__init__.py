"""Buying credits: a purchase is opened, paid at the payment provider, and fulfilled by its signed word alone."""

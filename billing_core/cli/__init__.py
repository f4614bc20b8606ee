"""python -m billing_core: commands over the same services as console and API."""

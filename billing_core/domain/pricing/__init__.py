"""The price models one by one; `billing_core.domain.prices` puts them together."""

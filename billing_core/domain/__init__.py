"""Pure rules of billing: standard library only, no clock, no storage, no network."""

"""Agents that pay for what they do: a base class, wrappers for those that exist, and monitors of tokens."""

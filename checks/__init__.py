"""House rules as code: each rule is a function that yields its breaches, with the reason as its docstring."""

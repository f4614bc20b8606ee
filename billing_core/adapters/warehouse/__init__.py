"""The warehouse: a columnar copy of usage events, always rebuildable, that reports are answered from."""

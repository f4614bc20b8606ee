"""The console: what its pages share, from how an amount is written to how a chart looks."""

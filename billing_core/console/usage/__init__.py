"""What the screens about usage share: their question, exact sums, the figures a chart can show, and its parts."""

"""The end of a period: minimums that were not reached are charged, volume prices come down to the tier reached."""

"""What every route does alike: who calls, problems, pages, keys of requests, limits, headers."""

"""Demo data: a cast, fictional charts that look scanned, and their way along the line."""

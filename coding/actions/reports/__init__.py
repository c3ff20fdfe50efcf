"""Reports: read a month's figures of a practice, keep them, share them, make them by schedule."""

"""Queries to the provider: what one consists of, what it may say, how it goes on, and what its waiting costs."""

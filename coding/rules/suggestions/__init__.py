"""Suggesting codes from the words of a visit: plain words and tables in, ranked codes with evidence out."""

from coding.rules.suggestions.engine import PhraseSuggester, Tables
from coding.rules.suggestions.shape import Evidence, PageWords, Source, Suggester, Suggestion, Visit

__all__ = ["Evidence", "PageWords", "PhraseSuggester", "Source", "Suggester", "Suggestion", "Tables", "Visit"]

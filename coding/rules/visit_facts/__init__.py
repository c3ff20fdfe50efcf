"""What is known of a visit before anybody types: candidates for each field of pre-coding, and where each was read.

A pure reading of the pages' words, the practice's lists, its manifest and the patient's earlier visits. Nothing is
guessed silently: a field is filled from one sure candidate only, several are offered, and each names its source.
"""

from coding.rules.visit_facts.gathering import facts_of, read_pages
from coding.rules.visit_facts.marking import text_of
from coding.rules.visit_facts.shape import (
    Candidate,
    Confidence,
    EarlierVisit,
    Facts,
    Known,
    Listed,
    PageOfVisit,
    Practice,
    Source,
)

__all__ = [
    "Candidate",
    "Confidence",
    "EarlierVisit",
    "Facts",
    "Known",
    "Listed",
    "PageOfVisit",
    "Practice",
    "Source",
    "facts_of",
    "read_pages",
    "text_of",
]

"""How likely a code is what people look for, before they have typed a word."""

import re

from coding.rules.code_search.understanding import Episode, Side
from coding.rules.codings import System

LENGTH = 7  # characters of an ICD-10-CM code with a 7th
SIDE = re.compile(r"\b(right|left|bilateral)\b", re.IGNORECASE)
HEADER = 0.35  # a category: its leaves first
SIDED = 0.94  # nobody typed a side: the plain or unspecified code first
LATER = {Episode.INITIAL: 1.0, Episode.SUBSEQUENT: 0.85, Episode.SEQUELA: 0.7}
OPEN_OR_DISTURBED = 0.75  # open fractures, delayed healing, nonunion, malunion: they are named when they are meant
NAMED = (  # titles that people name when they mean them
    (re.compile(r"^(Other|Oth)\b", re.IGNORECASE), 0.9),
    (re.compile(r"in diseases classified elsewhere|in other diseases", re.IGNORECASE), 0.75),
    (re.compile(r"\bhistory of\b", re.IGNORECASE), 0.85),
    (re.compile(r"\bsecondary\b", re.IGNORECASE), 0.9),
    (re.compile(r"\b(congenital|newborn|neonatal)\b", re.IGNORECASE), 0.85),
    (re.compile(r"\b(juvenile|drug-induced|induced)\b", re.IGNORECASE), 0.88),
    (re.compile(r"\bwithout\b", re.IGNORECASE), 1.02),
    (re.compile(r"\bunspecified\b", re.IGNORECASE), 1.04),
)
# ICD-10-CM chapters whose codes are asked for by their own words: obstetrics, newborns, malformations, external causes.
CHAPTERS = {"O": 0.75, "P": 0.8, "Q": 0.85, "V": 0.7, "W": 0.85, "X": 0.8, "Y": 0.7, "T": 0.9}


def side_of(title: str) -> Side | None:
    """The side a title names; both sides are bilateral."""
    found = {Side(match.lower()) for match in SIDE.findall(title)}
    if not found:
        return None
    return found.pop() if len(found) == 1 else Side.BILATERAL


def episode_of(system: System, code: str, title: str) -> Episode | None:
    """What the 7th character of an injury says."""
    if system is not System.ICD10CM or len(code) != LENGTH or not code[-1].isalpha():
        return None
    ending = title[-120:].lower()
    if "sequela" in ending and code[-1] == "S":
        return Episode.SEQUELA
    if "initial encounter" in ending:
        return Episode.INITIAL
    return Episode.SUBSEQUENT if "subsequent encounter" in ending else None


def weight_of(system: System, code: str, title: str, *, billable: bool) -> float:
    """The factor of a code: 1 for the plain case, less for what is rarely meant when it is not said."""
    weight = 1.0 if billable else HEADER
    if side_of(title):
        weight *= SIDED
    episode = episode_of(system, code, title)
    if episode:
        weight *= LATER[episode]
        weight *= 1.0 if code[-1] in "ADS" else OPEN_OR_DISTURBED
    for words, factor in NAMED:
        if words.search(title):
            weight *= factor
    if system is System.ICD10CM:
        weight *= CHAPTERS.get(code[0], 1.0)
    return weight

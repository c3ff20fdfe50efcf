"""What somebody who types into a code field is looking for."""

import re
from dataclasses import dataclass

from coding.rules.codings import System, bare

SHORTEST_WORD = 3  # a trigram index finds nothing shorter

# What the beginning of a code looks like in each list, without the dot.
BEGINNINGS = {
    System.ICD10CM: re.compile(r"[A-Z][0-9][0-9A-Z]{0,5}"),
    System.ICD9CM: re.compile(r"[0-9]{2,5}|[EV][0-9]{1,4}"),
    System.PROCEDURE: re.compile(r"[A-Z]?[0-9]{1,5}|[0-9]{4}[A-Z]"),
}


@dataclass(frozen=True)
class Wanted:
    """The beginning of a code (empty if it does not look like one), and the words of a title."""

    prefix: str
    words: tuple[str, ...]


def wanted(system: System, text: str) -> Wanted:
    """What a search text may mean in a code list; both sides empty if it is too short to tell."""
    text = text.strip()[:100]
    code = bare(text)
    prefix = code if " " not in text and len(code) > 1 and BEGINNINGS[system].fullmatch(code) else ""
    words = tuple(re.findall(r"[^\s,;]+", text))
    if all(len(word) < SHORTEST_WORD for word in words):
        words = ()
    return Wanted(prefix, words)

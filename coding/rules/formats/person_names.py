"""A person's name in the parts that HL7 and FHIR want, from the one line in which charts and people write it."""

import unicodedata
from dataclasses import dataclass

PREFIXES = frozenset({"dr", "mr", "mrs", "ms", "miss", "prof", "rev", "sr."})
# Generations and degrees that follow a name; "Sr." with its dot before a name is Spanish for Mr.
GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
DEGREES = frozenset({
    "md", "do", "np", "pa", "pac", "pa-c", "fnp", "aprn", "crna", "rn", "dpm", "dds", "dmd", "od", "phd", "dnp", "dc",
    "facc", "facs", "facp", "mbbs", "lcsw", "psyd", "pt", "dpt", "cnm",
})  # fmt: skip
ALSO_NAMES = frozenset({"do"})  # Van Do is a name, Ana Reyes DO has a degree
# Words that begin a family name of several words.
PARTICLES = frozenset({
    "al", "ben", "bin", "da", "de", "degli", "del", "della", "den", "der", "des", "di", "dos", "du", "el", "la", "las",
    "le", "los", "mac", "saint", "san", "santa", "st", "ten", "ter", "van", "vander", "von", "y", "zu", "zum", "zur",
})  # fmt: skip


@dataclass(frozen=True)
class PersonName:
    """A name; `given` holds first and middle names. The parts together hold every word of `text`."""

    text: str = ""
    family: str = ""
    given: tuple[str, ...] = ()
    prefix: str = ""
    suffix: str = ""
    degree: str = ""

    def __str__(self) -> str:
        return self.text


def person_name(line: str) -> PersonName:
    """The parts of "Family, Given Middle", "Given Middle Family" or "Dr. Given Family Jr., MD"."""
    text = one_line(line)
    chunks = [chunk.split() for chunk in text.split(",")]
    words = [[word for word in chunk if word] for chunk in chunks if chunk]
    suffixes, degrees = taken_off(words)
    prefixes: list[str] = []
    for chunk in words:
        while len(chunk) > 1 and key(chunk[0]) in PREFIXES:
            prefixes.append(chunk.pop(0))
    family, given = family_and_given(words)
    return PersonName(
        text=text,
        family=" ".join(family),
        given=tuple(given),
        prefix=" ".join(prefixes),
        suffix=" ".join(suffixes),
        degree=" ".join(degrees),
    )


def one_line(text: str) -> str:
    """The text without control characters, its blanks as single spaces."""
    kept = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or is_shown(sign))
    return " ".join(kept.split())


def is_shown(sign: str) -> bool:
    """Whether a sign may stand in a message: no control character, no half of a pair, no non-character."""
    return unicodedata.category(sign) not in {"Cc", "Cs"} and ord(sign) & 0xFFFE != 0xFFFE  # noqa: PLR2004


def key(word: str) -> str:
    """A word as the lists above have it; only "Sr." keeps its dot, as a prefix."""
    plain = word.lower()
    return plain if plain == "sr." else plain.replace(".", "")


def taken_off(words: list[list[str]]) -> tuple[list[str], list[str]]:
    """Take generations and degrees off the ends of the chunks, as long as a word of the name is left."""
    suffixes: list[str] = []
    degrees: list[str] = []
    for place in reversed(range(len(words))):
        chunk = words[place]
        while chunk:
            word = chunk[-1].lower().replace(".", "")
            if place == 0 and len(chunk) <= (2 if word in ALSO_NAMES else 1):
                break
            if word in GENERATIONS:
                suffixes.insert(0, chunk.pop())
            elif word in DEGREES:
                degrees.insert(0, chunk.pop())
            else:
                break
    words[:] = [chunk for chunk in words if chunk]
    return suffixes, degrees


def family_and_given(words: list[list[str]]) -> tuple[list[str], list[str]]:
    """Family and given names: what stands before the comma is the family's, else the last word and its particles."""
    if not words:
        return [], []
    if len(words) > 1:
        return words[0], [word for chunk in words[1:] for word in chunk]
    [only] = words
    start = len(only) - 1
    while start > 1 and only[start - 1].lower().replace(".", "") in PARTICLES:
        start -= 1
    return only[start:], only[:start]

"""What the title of a diagnosis says about side, digit, eyelid and specificity.

ICD-10-CM has no field for any of it: its titles are the official statement (Guidelines, I.B.13 Laterality).
"""

import re
from enum import StrEnum
from functools import lru_cache


class Side(StrEnum):
    RIGHT = "right"
    LEFT = "left"
    BOTH = "bilateral"


# Not a side of the body: chambers and vessels of the heart, abdominal quadrants, parts of one organ.
INNER = re.compile(
    r"\b(?:right|left)[- ](?:ventric\w*|atri\w*|heart|bundle|main|coronary|upper quadrant|lower quadrant|anterior"
    r"|posterior|sided|lobe)",
)
PAIRED = (
    "eye|ear|eyelid|upper eyelid|lower eyelid|orbit|shoulder|upper arm|arm|elbow|forearm|wrist|hand|finger|thumb|hip"
    "|thigh|knee|leg|lower leg|ankle|foot|heel|toe|great toe|lesser toe|upper limb|lower limb|upper extremity"
    "|lower extremity|limb|breast|female breast|ovary|kidney|bronchus|lung|humerus|radius|ulna|femur|tibia|fibula"
    "|clavicle|scapula|patella|calcaneus|side|axilla|testis|hand joint"
)
PARTS = frozenset(re.findall(r"\w+", PAIRED))
SIDE_WORDS = frozenset({"right", "left", "bilateral", "unilateral", "of", "both"})
UNSIDED = re.compile(rf"\bunspecified (?:{PAIRED})\b")
DIGITS = {
    "thumb": "thumb", "index finger": "index", "middle finger": "middle", "ring finger": "ring",
    "little finger": "little", "great toe": "great", "lesser toe": "lesser",
}  # fmt: skip
EYELIDS = {"upper eyelid": "upper", "lower eyelid": "lower"}


@lru_cache(maxsize=8192)
def side_of(title: str) -> Side | None:
    """The side a title names; None if it names none or leaves it unspecified."""
    words = INNER.sub(" ", title.lower())
    right, left = re.search(r"\bright\b", words), re.search(r"\bleft\b", words)
    if re.search(r"\bbilateral\b", words) or (right and left):
        return Side.BOTH
    if right or left:
        return Side.RIGHT if right else Side.LEFT
    return None


@lru_cache(maxsize=8192)
def side_is_unspecified(title: str) -> bool:
    """Whether the title names a paired part of the body and leaves its side open."""
    return side_of(title) is None and bool(UNSIDED.search(title.lower()))


def part_of(title: str) -> str:
    """The digit or eyelid a title names, in the words of `modifier_part`; empty if none."""
    words = title.lower()
    return next((part for phrase, part in {**DIGITS, **EYELIDS}.items() if phrase in words), "")


def without_side(title: str) -> frozenset[str]:
    """The words of a title but those of its side, to compare codes that differ in nothing else."""
    return frozenset(re.findall(r"[\w-]+", title.lower())) - SIDE_WORDS


def other_side(title: str, other: str) -> bool:
    """Whether two titles differ only in the side; "bilateral" may leave out the part of the body."""
    apart = without_side(title) ^ without_side(other)
    return title.lower() != other.lower() and apart <= (PARTS if "bilateral" in f"{title} {other}".lower() else set())


def sided_titles(title: str, side: Side) -> set[str]:
    """The titles that a code with this side would have, one for each "unspecified" that may stand for a side."""
    words = title.lower()
    return {
        words[: at.start()] + side.value + words[at.end() :] for at in re.finditer(r"\bunspecified\b(?= \w)", words)
    }


def is_manifestation(title: str) -> bool:
    """Whether the code can only follow its cause (Guidelines, I.A.13); B95 to B97 name organisms and are not meant."""
    words = title.lower()
    return "in diseases classified elsewhere" in words or "in other diseases classified elsewhere" in words


def is_sequela(title: str) -> bool:
    return title.lower().endswith(", sequela")

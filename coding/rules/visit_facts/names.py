"""Names of patients and of a practice's people as charts write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coding.rules.visit_facts.shape import Listed

TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "doctor", "prof"})
CREDENTIALS = frozenset(
    {
        "md", "do", "np", "pa", "pac", "rn", "phd", "dnp", "fnp", "fnpc", "fnpbc", "aprn", "arnp", "crna", "cnm", "cnp",
        "cns", "dpm", "od", "dc", "dds", "dmd", "facs", "facc", "facp", "faap", "faafp", "mph", "ms", "mba", "lpn",
        "lcsw", "psyd", "pharmd", "pt", "dpt", "ot", "agnp", "anp", "acnp", "ma", "bsn", "msn", "facog", "mbbs", "lac",
    }
)  # fmt: skip
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
PARTICLES = frozenset(
    {"de", "del", "della", "di", "da", "dos", "du", "la", "le", "van", "von", "der", "den", "ter", "el", "al", "bin",
     "ibn", "y", "e", "st", "san", "o"}
)  # fmt: skip
# Words that stand behind "Patient:" and are nobody's name.
NO_NAMES = frozenset(
    {
        "denies", "reports", "states", "presents", "presented", "has", "is", "was", "will", "name", "date", "see",
        "unknown", "information", "signature", "instructions", "education", "portal", "history", "type", "status",
        "number", "not", "none", "male", "female", "new", "established", "medical", "family", "clinic", "hospital",
        "center", "visit", "note", "chart", "record", "insurance", "phone", "address", "the", "and", "of", "for",
        "with",
    }
)  # fmt: skip
LETTERS = r"[^\W\d_]"
PART = rf"{LETTERS}(?:{LETTERS}|['’\-.])*"
NAME = re.compile(rf"{PART}(?:(?:,\s*|\s+){PART})+")
FEW, MANY = 2, 6  # words of a person's name
FUZZY = 6  # letters from which one misread letter is forgiven


def plain(word: str) -> str:
    return re.sub(r"[^\w]", "", word).casefold()


def person_at(text: str) -> tuple[str, int, int] | None:
    """The person with whose name a text begins: the name without titles and degrees, and where it stands."""
    found = NAME.match(text)
    if found is None:
        return None
    pieces = list(re.finditer(PART, found[0]))
    while pieces and plain(pieces[0][0]) in TITLES:
        pieces.pop(0)
    kept: list[re.Match[str]] = []
    for piece in pieces:
        word = plain(piece[0])
        if kept and (word in CREDENTIALS and (piece[0].isupper() or "." in piece[0] or piece[0] == "PhD")):
            break
        kept.append(piece)
    if not looks_like_name([piece[0] for piece in kept]):
        return None
    start, end = kept[0].start(), kept[-1].end()
    return found[0][start:end].rstrip(",-"), start, end


def looks_like_name(words: Sequence[str]) -> bool:
    """Whether these words can be a person's: some, each with a capital or a particle, none of a sentence."""
    if not FEW <= len(words) <= MANY or any(plain(word) in NO_NAMES for word in words):
        return False
    if sum(len(plain(word)) > 1 for word in words) < FEW:
        return False
    return all(word[0].isupper() or plain(word) in PARTICLES for word in words)


def same_person(name: str) -> str:
    """What two spellings of one name have in common: its words but initials and suffixes, in order of the alphabet."""
    words = [plain(word) for word in re.split(r"[\s,]+", name)]
    return " ".join(sorted(word for word in words if len(word) > 1 and word not in SUFFIXES | TITLES))


@dataclass(frozen=True)
class Fit:
    """How well a name on a page fits one of a list: whole, by its initial, by its surname; misread letters or none."""

    who: Listed
    rank: int
    mended: bool = False


def fits(text: str, people: Iterable[Listed]) -> list[Fit]:
    """Those of a list whom a name on a page can mean: all that fit it best."""
    words = spoken(text)
    found = [fit for who in people if (fit := fit_of(words, who)) is not None]
    sure = [fit for fit in found if not fit.mended] or found
    best = max((fit.rank for fit in sure), default=0)
    return [fit for fit in sure if fit.rank == best]


def spoken(text: str) -> list[str]:
    """The words of a name without titles and degrees."""
    text = re.sub(r"\b(\w)\.(?=\w\.)", r"\1", text)  # "M.D." is one word
    words = [plain(word) for word in re.findall(rf"{LETTERS}(?:{LETTERS}|['’\-0])*", text)]
    return [word for word in words if word and word not in TITLES | CREDENTIALS | SUFFIXES]


def fit_of(words: Sequence[str], who: Listed) -> Fit | None:
    """Whether the words name this person: the surname, and nothing that speaks for another first name."""
    own = spoken(who.name.split(",")[0] if is_first_last(who.name) else who.name)
    if not own or not words:
        return None
    last, firsts = (own[-1], own[:-1]) if is_first_last(who.name) else (own[0], own[1:])
    at = next((index for index, word in enumerate(words) if word == last), None)
    mended = at is None
    if at is None:
        at = next((index for index, word in enumerate(words) if nearly(word, last)), None)
    if at is None:
        return None
    others = [word for index, word in enumerate(words) if index != at]
    rank = rank_of(others, firsts)
    if rank is None or (mended and rank < WHOLE):
        return None
    return Fit(who, rank, mended)


WHOLE, INITIAL, SURNAME = 3, 2, 1


def rank_of(others: Sequence[str], firsts: Sequence[str]) -> int | None:
    """How the words beside the surname fit the first names; None if they are somebody else's."""
    if not others:
        return SURNAME
    first = firsts[0] if firsts else ""
    if first and first in others:
        return WHOLE
    initials = [word for word in others if len(word) == 1]
    whole = [word for word in others if len(word) > 1]
    if whole:
        return None
    return INITIAL if first and first[0] in initials else None


def is_first_last(name: str) -> bool:
    """Whether a name in a list is written "Dana Whitlow, MD" and not "Whitlow, Dana"."""
    head, comma, rest = name.partition(",")
    if not comma:
        return True
    return (
        all(plain(word) in CREDENTIALS | SUFFIXES for word in rest.replace(",", " ").split()) or len(head.split()) > 1
    )


def nearly(one: str, other: str) -> bool:
    """Whether two words differ by one letter that was misread, dropped or added; short words never do."""
    if min(len(one), len(other)) < FUZZY or abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:]

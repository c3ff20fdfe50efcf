"""Words as the code search compares them: index and query go through the same door."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

WORD = re.compile(r"[a-z0-9]+")
COMPOUND = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
POSSESSIVE = re.compile(r"['’`]s?\b|['’`]")
BRITISH = re.compile(r"(?<=.)([ao])e(?=.)|^([ao])e(?=.{4})")  # anaemia, oedema
SHORTEST_PLURAL = 4  # letters; "gas" and "pus" are none
SHORTEST_BRITISH = 6  # "toe" and "shoe" stay what they are

# Words that decide nothing; "no", "not" and "without" do.
STOPWORDS = frozenset(
    "of the an and or in on to for by with w from at as due is are be her his if any that this per".split()  # noqa: SIM905
)
ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}
ENDS_IN_S = ("ss", "us", "is", "ous")


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A word without its plural ending, British spelling or Roman number; never a real root, only the same for both."""
    if word in ROMAN:
        return ROMAN[word]
    if len(word) >= SHORTEST_BRITISH:
        word = BRITISH.sub("e", word)
    return singular(word)


def singular(word: str) -> str:
    if len(word) < SHORTEST_PLURAL or not word.endswith("s") or word.endswith(ENDS_IN_S):
        return word
    if word.endswith("ies") and len(word) > SHORTEST_PLURAL:
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1]


def plain(text: str) -> str:
    """Lower case without accents and possessives."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace("’", "'")).encode("ascii", "ignore").decode()
    return POSSESSIVE.sub("", text.lower())


def words_of(text: str) -> list[str]:
    """Every word of a text in order, stopwords included."""
    return [stem(word) for word in WORD.findall(plain(text))]


def telling(words: list[str]) -> list[str]:
    """The words that decide something; all of them if none does."""
    return [word for word in words if word not in STOPWORDS] or words


def indexed(text: str) -> list[str]:
    """The words a text is found by: those that decide, and each compound in one ("preeclampsia")."""
    return [*telling(words_of(text)), *compounds(text)]


def compounds(text: str) -> Iterator[str]:
    if "-" in text:
        for compound in COMPOUND.findall(plain(text)):
            yield stem(compound.replace("-", ""))


def key_of(words: list[str] | tuple[str, ...]) -> str:
    """What a phrase is, whatever the order of its words."""
    return "_".join(sorted(set(telling(list(words)))))
